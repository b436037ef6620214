"""Loss functions, each beside its gradient with respect to its first argument.

Every loss is a mean over all the elements it sums: n·d for arrays ``(n, d)``, n for the
cross-entropy of n rows. Logarithms are natural. Binary targets and class labels follow the
course: ``(n,)`` floats in {0, 1} and ``(n,)`` integers in ``[0, k)``.
"""

from __future__ import annotations

import torch
from torch import Tensor

from reference.activations import sigmoid
from reference.layers import Params, mlp_forward

SMALLEST_PROBABILITY = 1e-12


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """J = (1/N) Σ (ŷ - y)², over all N elements.

    Without the factor 1/2 that some textbooks put in front.

    Shapes: any, both the same; returns a 0-d tensor. Raises ValueError when they differ.
    Source: lecture "Mean squared error loss".
    """
    _same_shape(prediction, target)
    return ((prediction - target) ** 2).mean()


def mean_squared_error_grad(prediction: Tensor, target: Tensor) -> Tensor:
    """∂J/∂ŷ = (2/N) (ŷ - y).

    Shapes: any, both the same; returns that shape. Raises ValueError when they differ.
    Source: derivative of the lecture's "Mean squared error loss".
    """
    _same_shape(prediction, target)
    return 2 * (prediction - target) / prediction.numel()


def binary_cross_entropy(probability: Tensor, target: Tensor) -> Tensor:
    """J = -(1/n) Σ [y log p + (1 - y) log(1 - p)].

    ``p`` and ``1 - p`` are each kept from falling below 1e-12, so J is finite (at most about
    27.6) at the probabilities 0 and 1. Clipping p to [1e-12, 1 - 1e-12] is the same in float64,
    but in float32 the upper end would round to 1; PyTorch limits the logarithm at -100 instead.

    Shapes: any, both the same; returns a 0-d tensor, in nats. Raises ValueError when they differ.
    Source: lecture "Binary cross entropy loss".
    """
    _same_shape(probability, target)
    log_true = torch.log(probability.clamp_min(SMALLEST_PROBABILITY))
    log_false = torch.log((1 - probability).clamp_min(SMALLEST_PROBABILITY))
    return -(target * log_true + (1 - target) * log_false).mean()


def binary_cross_entropy_with_logits(logits: Tensor, target: Tensor) -> Tensor:
    """J = (1/n) Σ [y log(1 + exp(-z)) + (1 - y) log(1 + exp(z))].

    The binary cross-entropy of p = σ(z), written so that nothing overflows or cancels.

    Shapes: any, both the same; returns a 0-d tensor, in nats. Raises ValueError when they differ.
    Source: lecture "Binary cross entropy loss".
    """
    _same_shape(logits, target)
    zero = torch.zeros_like(logits)
    if_true, if_false = torch.logaddexp(zero, -logits), torch.logaddexp(zero, logits)
    return (target * if_true + (1 - target) * if_false).mean()


def binary_cross_entropy_with_logits_grad(logits: Tensor, target: Tensor) -> Tensor:
    """∂J/∂z = (1/n) (σ(z) - y).

    Shapes: any, both the same; returns that shape. Raises ValueError when they differ.
    Source: derivative of the lecture's "Binary cross entropy loss".
    """
    _same_shape(logits, target)
    return (sigmoid(logits) - target) / logits.numel()


def softmax(logits: Tensor) -> Tensor:
    """p_ij = exp(z_ij) / Σ_j exp(z_ij).

    The largest logit of the row is subtracted first, which changes nothing but the overflow.

    Shapes: ``(n, k)`` in and out; each row sums to 1. Raises ValueError for another number of
    axes. Source: Goodfellow, Bengio and Courville (2016), Deep Learning, equation 6.29.
    """
    exponentials = torch.exp(_shifted(logits))
    return exponentials / exponentials.sum(dim=1, keepdim=True)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """J = (1/n) Σ_i [log Σ_j exp(z_ij) - z_i,label].

    Shapes: ``logits (n, k)``, ``labels (n,)`` integers in [0, k); returns a 0-d tensor, in nats.
    Raises ValueError for other shapes. Source: Goodfellow, Bengio and Courville (2016), Deep
    Learning, equation 6.30.
    """
    shifted = _shifted(logits)
    chosen = shifted.gather(1, _label_column(logits, labels)).squeeze(1)
    return (torch.log(torch.exp(shifted).sum(dim=1)) - chosen).mean()


def cross_entropy_grad(logits: Tensor, labels: Tensor) -> Tensor:
    """∂J/∂z = (1/n) (softmax(z) - onehot(label)).

    Shapes: ``logits (n, k)``, ``labels (n,)`` integers in [0, k); returns ``(n, k)``, each row
    summing to 0. Raises ValueError for other shapes. Source: derivative of `cross_entropy`.
    """
    probability = softmax(logits)
    column = _label_column(logits, labels)
    onehot = torch.zeros_like(probability).scatter(1, column, 1.0)
    return (probability - onehot) / len(logits)


def objective(X: Tensor, y: Tensor, params: Params, activation: str) -> Tensor:
    """J(θ) = (1/n) Σ_i L(f(x_i; θ), y_i), with L the binary cross-entropy of one logit.

    Shapes: ``X (n, d_in)``, ``y (n,)``, a network of one output; returns a 0-d tensor. Raises
    ValueError when the network has more outputs. Source: lecture "Empirical loss".
    """
    return binary_cross_entropy_with_logits(single_logit(mlp_forward(X, params, activation)), y)


def single_logit(logits: Tensor) -> Tensor:
    """z_i = logits_i0: the column of a network with one output.

    Shapes: ``(n, 1)`` in, ``(n,)`` out. Raises ValueError for more or fewer columns.
    """
    if logits.ndim != 2 or logits.shape[1] != 1:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, expected ({len(logits)}, 1)")
    return logits[:, 0]


def _shifted(logits: Tensor) -> Tensor:
    if logits.ndim != 2:
        raise ValueError(f"logits have {logits.ndim} axes, expected 2")
    return logits - logits.max(dim=1, keepdim=True).values.detach()


def _label_column(logits: Tensor, labels: Tensor) -> Tensor:
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"labels have shape {tuple(labels.shape)}, expected ({len(logits)},)")
    return labels.long().unsqueeze(1)


def _same_shape(first: Tensor, target: Tensor) -> None:
    # Broadcasting (n, 1) against (n,) would silently average n * n differences.
    if first.shape != target.shape:
        raise ValueError(f"target has shape {tuple(target.shape)}, expected {tuple(first.shape)}")
