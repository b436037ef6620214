"""How good predictions are: accuracy and the area under the ROC curve."""

from __future__ import annotations

import torch
from torch import Tensor


def binary_accuracy(logits: Tensor, y: Tensor) -> float:
    """(1/n) Σ [predicted = y], predicted 1 where the logit is > 0 and 0 elsewhere.

    Shapes: ``logits (n,)``, ``y (n,)`` in {0, 1}; returns a float in [0, 1]. Raises ValueError
    when they differ in shape.
    """
    _same_shape(logits, y)
    return float(((logits > 0) == (y > 0.5)).double().mean())


def class_accuracy(scores: Tensor, labels: Tensor) -> float:
    """(1/n) Σ [argmax_j score_ij = label_i].

    Shapes: ``scores (n, k)``, ``labels (n,)`` integers; returns a float in [0, 1]. Raises
    ValueError for other shapes.
    """
    predicted = scores.argmax(dim=1)
    _same_shape(predicted, labels)
    return float((predicted == labels).double().mean())


def roc_auc(scores: Tensor, y: Tensor) -> float:
    """P(score of a positive > score of a negative) + P(equal) / 2.

    The area under the ROC curve, through the ranks r of all scores (ties share their mean rank):
    (Σ_positive r - n₁ (n₁ + 1) / 2) / (n₁ n₀). Only the order of the scores matters.

    Shapes: ``scores (n,)``, ``y (n,)`` in {0, 1}; returns a float in [0, 1]. Raises ValueError
    when shapes differ or a class is absent. Source: Hanley and McNeil (1982).
    """
    _same_shape(scores, y)
    positive = y > 0.5
    n_positive, n = int(positive.sum()), len(y)
    if not 0 < n_positive < n:
        raise ValueError(f"y has {n_positive} positives among {n}, expected both classes")
    _, place, count = torch.unique(scores, return_inverse=True, return_counts=True)
    rank = (count.cumsum(0).double() - (count.double() - 1) / 2)[place]
    surplus = float(rank[positive].sum()) - n_positive * (n_positive + 1) / 2
    return surplus / (n_positive * (n - n_positive))


def _same_shape(predicted: Tensor, y: Tensor) -> None:
    if predicted.shape != y.shape:
        raise ValueError(f"y has shape {tuple(y.shape)}, expected {tuple(predicted.shape)}")
