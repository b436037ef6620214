"""Optimisers as pure step functions: ``(theta, grad, state) -> (theta, state)``.

``theta`` is one array of any shape. ``state`` is ``None`` before the first step and afterwards
what the previous step returned, a dict with PyTorch's own names. Nothing is stored elsewhere, so
any number of problems may interleave and ``lr`` may change between steps. Conventions are those
of `torch.optim`: `eps` stands outside the square root, except in Adadelta, and momentum
accumulates gradients rather than steps.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import torch
from torch import Tensor


class MomentumState(TypedDict):
    """``momentum_buffer``: the accumulated gradient, shaped like theta."""

    momentum_buffer: Tensor


class AdagradState(TypedDict):
    """``sum``: the sum of squared gradients, shaped like theta."""

    sum: Tensor


class RMSpropState(TypedDict):
    """``square_avg``: the running mean of squared gradients, shaped like theta."""

    square_avg: Tensor


class AdadeltaState(TypedDict):
    """``square_avg`` and ``acc_delta``: running means of squared gradients and squared steps."""

    square_avg: Tensor
    acc_delta: Tensor


class AdamState(TypedDict):
    """``step``: steps taken; ``exp_avg``, ``exp_avg_sq``: running mean of g and of g²."""

    step: int
    exp_avg: Tensor
    exp_avg_sq: Tensor


def sgd_step(theta: Tensor, grad: Tensor, lr: float) -> Tensor:
    """θ ← θ - lr g.

    Shapes: ``theta`` and ``grad`` any, both the same; returns that shape. Raises ValueError when
    they differ. Source: lecture "Gradient descent"; Robbins and Monro (1951).
    """
    _same_shape(theta, grad)
    return theta - lr * grad


def minibatches(
    n: int,
    batch_size: int,
    rng: np.random.Generator,
    device: torch.device | str | None = None,
) -> list[Tensor]:
    """A shuffled partition of range(n) in pieces of ``batch_size``; only the last may be short.

    Shapes: a list of ⌈n / batch_size⌉ 1-d int64 tensors on ``device``; one of length n when
    ``batch_size > n``. Raises ValueError for a ``batch_size`` below 1. Source: lecture
    "Mini-batches while training".
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, expected at least 1")
    order = torch.as_tensor(rng.permutation(n), dtype=torch.int64, device=device)
    return list(order.split(batch_size)) if n else []


def momentum_step(
    theta: Tensor, grad: Tensor, state: MomentumState | None, *, lr: float, momentum: float
) -> tuple[Tensor, MomentumState]:
    """v ← momentum v + g (v = g at first);  θ ← θ - lr v.

    Polyak and Sutskever fold lr into v, which differs once lr changes between steps.

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    lecture "Gradient descent algorithms"; Polyak (1964); Sutskever et al. (2013), equation 1.
    """
    _same_shape(theta, grad)
    buffer = grad.clone() if state is None else momentum * state["momentum_buffer"] + grad
    return theta - lr * buffer, {"momentum_buffer": buffer}


def nesterov_step(
    theta: Tensor, grad: Tensor, state: MomentumState | None, *, lr: float, momentum: float
) -> tuple[Tensor, MomentumState]:
    """v ← momentum v + g (v = g at first);  θ ← θ - lr (g + momentum v).

    The form of PyTorch, with the gradient taken at θ; the paper takes it at the point looked
    ahead to and keeps that point's predecessor as θ.

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    Nesterov (1983); Sutskever et al. (2013), equation 3.
    """
    _same_shape(theta, grad)
    buffer = grad.clone() if state is None else momentum * state["momentum_buffer"] + grad
    return theta - lr * (grad + momentum * buffer), {"momentum_buffer": buffer}


def adagrad_step(
    theta: Tensor, grad: Tensor, state: AdagradState | None, *, lr: float, eps: float = 1e-10
) -> tuple[Tensor, AdagradState]:
    """G ← G + g²;  θ ← θ - lr g / (√G + eps).

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    lecture "Adaptive learning rates"; Duchi, Hazan and Singer (2011), the diagonal update.
    """
    _same_shape(theta, grad)
    total = grad**2 if state is None else state["sum"] + grad**2
    return theta - lr * grad / (total.sqrt() + eps), {"sum": total}


def rmsprop_step(
    theta: Tensor,
    grad: Tensor,
    state: RMSpropState | None,
    *,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
) -> tuple[Tensor, RMSpropState]:
    """s ← alpha s + (1 - alpha) g², from s = 0;  θ ← θ - lr g / (√s + eps).

    TensorFlow adds eps under the root instead.

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    lecture "Adaptive learning rates"; Tieleman and Hinton (2012), Coursera lecture 6.5.
    """
    _same_shape(theta, grad)
    before = torch.zeros_like(theta) if state is None else state["square_avg"]
    average = alpha * before + (1 - alpha) * grad**2
    return theta - lr * grad / (average.sqrt() + eps), {"square_avg": average}


def adadelta_step(
    theta: Tensor,
    grad: Tensor,
    state: AdadeltaState | None,
    *,
    lr: float = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
) -> tuple[Tensor, AdadeltaState]:
    """s ← rho s + (1 - rho) g²;  δ = g √(u + eps) / √(s + eps);  u ← rho u + (1 - rho) δ²;
    θ ← θ - lr δ, from s = u = 0.

    The paper has no learning rate (lr = 1).

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    lecture "Adaptive learning rates"; Zeiler (2012), ADADELTA, algorithm 1.
    """
    _same_shape(theta, grad)
    zero = torch.zeros_like(theta)
    squares, steps = (zero, zero) if state is None else (state["square_avg"], state["acc_delta"])
    squares = rho * squares + (1 - rho) * grad**2
    delta = grad * (steps + eps).sqrt() / (squares + eps).sqrt()
    steps = rho * steps + (1 - rho) * delta**2
    return theta - lr * delta, {"square_avg": squares, "acc_delta": steps}


def adam_step(
    theta: Tensor,
    grad: Tensor,
    state: AdamState | None,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Tensor, AdamState]:
    """m ← β₁ m + (1 - β₁) g;  v ← β₂ v + (1 - β₂) g², from m = v = 0;
    θ ← θ - lr m̂ / (√v̂ + eps) with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ), t counted from 1.

    The paper's shorter variant folds the corrections into lr, which moves eps; PyTorch and this
    function keep them apart.

    Shapes: ``theta`` and ``grad`` any, both the same. Raises ValueError when they differ. Source:
    lecture "Adaptive learning rates"; Kingma and Ba (2015), algorithm 1.
    """
    _same_shape(theta, grad)
    zero = torch.zeros_like(theta)
    before: AdamState = state or {"step": 0, "exp_avg": zero, "exp_avg_sq": zero}
    beta1, beta2 = betas
    t = before["step"] + 1
    mean = beta1 * before["exp_avg"] + (1 - beta1) * grad
    square = beta2 * before["exp_avg_sq"] + (1 - beta2) * grad**2
    corrected_mean, corrected_square = mean / (1 - beta1**t), square / (1 - beta2**t)
    theta = theta - lr * corrected_mean / (corrected_square.sqrt() + eps)
    return theta, {"step": t, "exp_avg": mean, "exp_avg_sq": square}


def _same_shape(theta: Tensor, grad: Tensor) -> None:
    if theta.shape != grad.shape:
        raise ValueError(f"grad has shape {tuple(grad.shape)}, expected {tuple(theta.shape)}")
