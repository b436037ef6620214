"""Gradients of a network: by hand, by autograd, and by finite differences to check them.

`loss_and_grads` is the chain rule written out for a network of any depth, and
`loss_and_grads_autograd` lets PyTorch derive the same numbers from the forward pass alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from reference.activations import activate, activation_grad
from reference.layers import Layer, Params, dense, mlp_forward
from reference.losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    cross_entropy,
    cross_entropy_grad,
    mean_squared_error,
    mean_squared_error_grad,
    single_logit,
)

LOSSES = ("mse", "bce", "cross_entropy")

Drop = Callable[[Tensor], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Trace:
    """What the forward pass leaves for the backward pass, one entry per layer.

    ``inputs[l] (n, d_l)`` enters layer l and ``pre_activations[l] (n, d_{l+1})`` leaves it;
    ``masks[l]`` multiplied the activation after hidden layer l (``None`` without dropout).
    """

    inputs: tuple[Tensor, ...]
    pre_activations: tuple[Tensor, ...]
    masks: tuple[Tensor | None, ...]

    @property
    def logits(self) -> Tensor:
        """The output of the last, linear layer, ``(n, d_out)``."""
        return self.pre_activations[-1]


def numerical_gradient(f: Callable[[Tensor], Tensor], theta: Tensor, h: float = 1e-5) -> Tensor:
    """∂f/∂θ_i ≈ (f(θ + h e_i) - f(θ - h e_i)) / 2h.

    Central differences with the absolute step ``h``: the error is of order h², where the forward
    difference has order h. ``h = 1e-5`` suits float64; float32 wants about 1e-2.

    Shapes: ``theta`` any, ``f`` maps that shape to a number; returns the shape of ``theta``.
    Source: lecture "Computing gradients"; Goodfellow et al. (2016), section 11.5.
    """
    gradient = theta.new_zeros(theta.shape)
    for i in range(theta.numel()):
        step = theta.new_zeros(theta.shape)
        step.view(-1)[i] = h
        gradient.view(-1)[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient


def dense_backward(dZ: Tensor, X: Tensor, W: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """dX = dZ Wᵀ;  dW = Xᵀ dZ;  db = Σ_rows dZ, for Z = X W + b.

    No factor 1/n: the mean over the batch is part of the loss's own gradient.

    Shapes: ``dZ (n, d_out)``, ``X (n, d_in)``, ``W (d_in, d_out)``; returns ``(n, d_in)``,
    ``(d_in, d_out)``, ``(d_out,)``. Raises ValueError when ``dZ`` does not fit. Source: lecture
    "Backpropagation"; Rumelhart, Hinton and Williams (1986), equations 4 to 7.
    """
    if dZ.shape != (len(X), W.shape[1]):
        raise ValueError(f"dZ has shape {tuple(dZ.shape)}, expected {(len(X), W.shape[1])}")
    return dZ @ W.T, X.T @ dZ, dZ.sum(dim=0)


def activation_backward(dA: Tensor, z: Tensor, activation: str) -> Tensor:
    """dZ = dA ⊙ φ'(z), for A = φ(z).

    Shapes: ``dA`` and ``z`` any, both the same; returns that shape. Raises ValueError when they
    differ or for an unknown activation. Source: lecture "Backpropagation".
    """
    if dA.shape != z.shape:
        raise ValueError(f"dA has shape {tuple(dA.shape)}, expected {tuple(z.shape)}")
    return dA * activation_grad(z, activation)


def loss_and_grads(
    X: Tensor, y: Tensor, params: Params, activation: str, loss: str
) -> tuple[Tensor, list[Layer]]:
    """J and [(∂J/∂W, ∂J/∂b), ...] in the order of ``params``, by manual backpropagation.

    ``loss`` is ``"mse"`` with ``y (n, d_out)``, ``"bce"`` with one logit and ``y (n,)``, or
    ``"cross_entropy"`` with labels ``y (n,)``.

    Shapes: ``X (n, d_in)``; returns a 0-d tensor and gradients shaped like ``params``. Raises
    ValueError for an unknown name or a shape that does not fit. Source: lecture
    "Backpropagation"; Rumelhart, Hinton and Williams (1986).
    """
    trace = forward_trace(X, params, activation)
    value, d_logits = loss_value_and_grad(trace.logits, y, loss)
    return value, backward(d_logits, trace, params, activation)


def loss_and_grads_autograd(
    X: Tensor, y: Tensor, params: Params, activation: str, loss: str
) -> tuple[Tensor, list[Layer]]:
    """The same as `loss_and_grads`, derived by autograd from the forward pass alone.

    Shapes, errors and conventions are those of `loss_and_grads`.
    """
    leaves = [(W.detach().requires_grad_(), b.detach().requires_grad_()) for W, b in params]
    with torch.enable_grad():
        value, _ = loss_value_and_grad(mlp_forward(X, leaves, activation), y, loss)
    flat = torch.autograd.grad(value, [array for layer in leaves for array in layer])
    return value.detach(), list(zip(flat[::2], flat[1::2], strict=True))


def forward_trace(X: Tensor, params: Params, activation: str, drop: Drop | None = None) -> Trace:
    """The forward pass of `mlp_forward`, keeping what backpropagation needs.

    ``drop`` maps a hidden activation to the dropped activation and its mask.

    Shapes: ``X (n, d_in)``; see `Trace`. Raises ValueError for an unknown activation.
    """
    inputs, pre_activations, masks = [X], [], []
    for W, b in params[:-1]:
        z = dense(inputs[-1], W, b)
        a = activate(z, activation)
        a, mask = drop(a) if drop else (a, None)
        inputs.append(a)
        pre_activations.append(z)
        masks.append(mask)
    pre_activations.append(dense(inputs[-1], *params[-1]))
    return Trace(tuple(inputs), tuple(pre_activations), tuple(masks))


def backward(d_logits: Tensor, trace: Trace, params: Params, activation: str) -> list[Layer]:
    """[(∂J/∂W, ∂J/∂b), ...] in the order of ``params``, from ∂J/∂logits ``(n, d_out)``.

    Shapes: those of ``params`` out. Source: lecture "Backpropagation", the chain rule from the
    last layer to the first.
    """
    grads: list[Layer] = []
    dZ = d_logits
    for layer in reversed(range(len(params))):
        dA, dW, db = dense_backward(dZ, trace.inputs[layer], params[layer][0])
        grads.append((dW, db))
        if layer > 0:
            mask = trace.masks[layer - 1]
            dA = dA if mask is None else dA * mask
            dZ = activation_backward(dA, trace.pre_activations[layer - 1], activation)
    return grads[::-1]


def loss_value_and_grad(logits: Tensor, y: Tensor, loss: str) -> tuple[Tensor, Tensor]:
    """J and ∂J/∂logits for the loss named ``"mse"``, ``"bce"`` or ``"cross_entropy"``.

    Shapes: ``logits (n, d_out)``, ``y`` as in `loss_and_grads`; returns a 0-d tensor and
    ``(n, d_out)``. Raises ValueError for another name or a shape that does not fit.
    """
    if loss == "mse":
        return mean_squared_error(logits, y), mean_squared_error_grad(logits, y)
    if loss == "bce":
        z = single_logit(logits)
        gradient = binary_cross_entropy_with_logits_grad(z, y)
        return binary_cross_entropy_with_logits(z, y), gradient.unsqueeze(1)
    if loss == "cross_entropy":
        return cross_entropy(logits, y), cross_entropy_grad(logits, y)
    raise ValueError(f"loss is {loss!r}, expected one of {list(LOSSES)}")


def gradient_check(X: Tensor, y: Tensor, params: Params, activation: str, loss: str) -> float:
    """max over all θ_i of |a - b| / max(1e-8, |a| + |b|), backprop a against numerical b.

    Below 1e-4 where both agree; near 1 at a ReLU kink, where the derivative does not exist and
    the check must say so. Computed in float64 whatever the precision of the arguments, since
    differences of float32 losses are noise at this step.

    Shapes: as in `loss_and_grads`; returns a float. Raises ValueError as it does. Source:
    Goodfellow et al. (2016), section 11.5; the ratio is the one Stanford's CS231n uses.
    """
    X, y = X.double(), (y if loss == "cross_entropy" else y.double())
    flat = [array.double() for layer in params for array in layer]
    _, grads = loss_and_grads(X, y, _paired(flat), activation, loss)
    worst = 0.0
    for i, a in enumerate(array for layer in grads for array in layer):

        def loss_at(theta: Tensor, i: int = i) -> Tensor:
            moved = _paired([*flat[:i], theta, *flat[i + 1 :]])
            return loss_value_and_grad(mlp_forward(X, moved, activation), y, loss)[0]

        b = numerical_gradient(loss_at, flat[i])
        ratio = (a - b).abs() / (a.abs() + b.abs()).clamp_min(1e-8)
        worst = max(worst, float(ratio.max()))
    return worst


def _paired(flat: list[Tensor]) -> list[Layer]:
    return list(zip(flat[::2], flat[1::2], strict=True))
