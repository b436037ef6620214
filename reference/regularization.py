"""Fighting overfitting inside the step: dropout and the L2 penalty on weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from reference.backprop import backward, forward_trace, loss_value_and_grad
from reference.layers import Layer, Params


def dropout(
    a: Tensor, p: float, rng: np.random.Generator, training: bool = True
) -> tuple[Tensor, Tensor]:
    """out = a ⊙ mask, mask_i = 0 with probability p and 1 / (1 - p) otherwise, independently.

    Inverted dropout: the scale is applied in training, so the expectation of ``out`` is ``a`` and
    prediction needs no change; the paper instead multiplies the weights by 1 - p at test time. The
    mask is all ones, and nothing is drawn, when not training or ``p = 0``.

    Shapes: ``a`` any; returns ``(out, mask)`` of that shape. Raises ValueError unless
    0 <= p < 1. Source: lecture "Regularization 1: dropout"; Srivastava et al. (2014), section 4.
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}, expected at least 0 and below 1")
    if not training or p == 0:
        mask = torch.ones_like(a)
    else:
        kept = torch.as_tensor(rng.random(tuple(a.shape)) >= p, device=a.device)
        mask = kept.to(a.dtype) / (1 - p)
    return a * mask, mask


def dropout_backward(dout: Tensor, mask: Tensor) -> Tensor:
    """da = dout ⊙ mask.

    Shapes: ``dout`` and ``mask`` any, both the same; returns that shape. Raises ValueError when
    they differ. Source: derivative of `dropout`.
    """
    if dout.shape != mask.shape:
        raise ValueError(f"mask has shape {tuple(mask.shape)}, expected {tuple(dout.shape)}")
    return dout * mask


def l2_penalty(params: Params, weight_decay: float) -> Tensor:
    """R = (weight_decay / 2) Σ_l Σ_ij W_l,ij², biases excluded.

    The factor 1/2 makes the gradient ``weight_decay * W``, PyTorch's meaning of the name; many
    textbooks leave it out.

    Shapes: ``params`` of any depth; returns a 0-d tensor. Source: lecture "Regularization";
    Goodfellow et al. (2016), section 7.1.1.
    """
    return weight_decay / 2 * torch.stack([(W**2).sum() for W, _ in params]).sum()


def l2_penalty_grads(params: Params, weight_decay: float) -> list[Layer]:
    """[(weight_decay W, 0), ...] in the order of ``params``.

    Shapes: those of ``params``. Source: derivative of `l2_penalty`.
    """
    return [(weight_decay * W, torch.zeros_like(b)) for W, b in params]


def regularized_loss_and_grads(
    X: Tensor,
    y: Tensor,
    params: Params,
    *,
    activation: str,
    loss: str,
    p: float,
    weight_decay: float,
    rng: np.random.Generator,
) -> tuple[Tensor, list[Layer]]:
    """J + R and its gradient, with dropout of rate ``p`` after each hidden activation.

    J is the loss of `loss_and_grads` under masks drawn from ``rng``, first layer first, and R is
    `l2_penalty`.

    Shapes and errors: as in `loss_and_grads` and `dropout`. Source: Srivastava et al. (2014),
    section 5.1.
    """
    trace = forward_trace(X, params, activation, lambda a: dropout(a, p, rng))
    value, d_logits = loss_value_and_grad(trace.logits, y, loss)
    grads = backward(d_logits, trace, params, activation)
    if weight_decay == 0:
        return value, grads
    penalties = l2_penalty_grads(params, weight_decay)
    total = [(dW + pW, db + pb) for (dW, db), (pW, pb) in zip(grads, penalties, strict=True)]
    return value + l2_penalty(params, weight_decay), total
