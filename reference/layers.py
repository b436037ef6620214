"""From one perceptron to a network of any depth: the forward pass.

Batch first: ``X`` is ``(n, d_in)``, ``W`` is ``(d_in, d_out)``, ``b`` is ``(d_out,)``. Many
textbooks (and ``torch.nn.Linear``) store the transpose of ``W``. ``params`` is a list of
``(W, b)`` pairs, input layer first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from reference.activations import activate, sigmoid

Layer: TypeAlias = tuple[Tensor, Tensor]
Params: TypeAlias = Sequence[Layer]


def perceptron(x: Tensor, w: Tensor, b: float | Tensor) -> Tensor:
    """ŷ = σ(w·x + b).

    Shapes: ``x (d,)``, ``w (d,)``, ``b`` a number; returns a 0-d tensor. Raises ValueError when
    ``x`` and ``w`` differ in shape. Source: lecture "The perceptron: forward propagation".
    """
    if x.shape != w.shape:
        raise ValueError(f"w has shape {tuple(w.shape)}, expected {tuple(x.shape)}")
    return sigmoid((w * x).sum() + b)


def dense(X: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Z = X W + b, the pre-activation of a multi-output perceptron.

    Shapes: ``X (n, d_in)``, ``W (d_in, d_out)``, ``b (d_out,)``; returns ``(n, d_out)``. Raises
    ValueError when they do not fit together. Source: lecture "Multi-output perceptron".
    """
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[0]:
        raise ValueError(
            f"W has shape {tuple(W.shape)}, expected (d_in, d_out) with X of shape (n, d_in) "
            f"= {tuple(X.shape)}"
        )
    if b.shape != W.shape[1:]:
        raise ValueError(f"b has shape {tuple(b.shape)}, expected {tuple(W.shape[1:])}")
    return X @ W + b


def mlp_forward(X: Tensor, params: Params, activation: str) -> Tensor:
    """A₀ = X;  Aₗ = φ(Aₗ₋₁ Wₗ + bₗ) in hidden layers;  logits = A_{L-1} W_L + b_L.

    The output layer is linear: no sigmoid or softmax is applied to it.

    Shapes: ``X (n, d_in)``, ``params`` of any depth including one; returns ``(n, d_out)``. Raises
    ValueError for an unknown activation or an empty ``params``. Source: lecture "Deep neural
    network".
    """
    hidden, (W, b) = _split(params)
    for W_hidden, b_hidden in hidden:
        X = activate(dense(X, W_hidden, b_hidden), activation)
    return dense(X, W, b)


def collapse_linear(params: Params) -> Layer:
    """(W, b) with X W + b = (...((X W₁ + b₁) W₂ + b₂) ...) for every X.

    Without activations depth buys nothing: W = W₁ W₂ ⋯ W_L and b = (⋯(b₁ W₂ + b₂)⋯) W_L + b_L.

    Shapes: ``params`` of any depth; returns ``W (d_in, d_out)`` and ``b (d_out,)``. Raises
    ValueError for an empty ``params``. Source: lecture "Importance of activation functions".
    """
    _split(params)
    W, b = params[0][0].clone(), params[0][1].clone()
    for W_next, b_next in params[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


def xor_params(
    *, dtype: torch.dtype = torch.float64, device: torch.device | str | None = None
) -> list[Layer]:
    """logit = relu(x₁ + x₂) - 2 relu(x₁ + x₂ - 1) - 1/2, a 2-2-1 ReLU network for XOR.

    The logit is +1/2 on the two true rows and -1/2 on the two false ones. The weights are those
    of the textbook with the output bias lowered from 0 to -1/2, which puts the decision in the
    middle instead of on the edge.

    Shapes: ``W (2, 2)``, ``b (2,)``, ``W (2, 1)``, ``b (1,)``. Source: Goodfellow, Bengio and
    Courville (2016), Deep Learning, section 6.1.
    """
    values = [([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0]), ([[1.0], [-2.0]], [-0.5])]
    return [
        (torch.tensor(W, dtype=dtype, device=device), torch.tensor(b, dtype=dtype, device=device))
        for W, b in values
    ]


def init_params(
    sizes: Sequence[int],
    rng: np.random.Generator,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
) -> list[Layer]:
    """W ~ Normal(0, 2 / d_in), b = 0, for layers ``sizes[0] → sizes[1] → ...``.

    The variance 2 / d_in keeps the size of ReLU activations level from layer to layer. Numbers
    come from ``rng`` on the host, so every device starts at the same place.

    Shapes: ``W (sizes[l], sizes[l + 1])``, ``b (sizes[l + 1],)``. Source: He et al. (2015),
    Delving deep into rectifiers, equation 10.
    """
    params = []
    for d_in, d_out in pairwise(sizes):
        drawn = rng.normal(size=(d_in, d_out)) * math.sqrt(2 / d_in)
        W = torch.as_tensor(drawn, dtype=dtype, device=device)
        params.append((W, torch.zeros(d_out, dtype=dtype, device=device)))
    return params


def _split(params: Params) -> tuple[Params, Layer]:
    """The hidden layers and the output layer."""
    if not params:
        raise ValueError("params has 0 layers, expected at least 1")
    return params[:-1], params[-1]
