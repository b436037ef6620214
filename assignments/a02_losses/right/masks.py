"""Boolean masks and where, whose unused branch overflows with a warning and no harm."""

import numpy as np


def binary_cross_entropy(probability, target):
    p = probability.copy()
    p[p < 1e-12] = 1e-12
    p[p > 1 - 1e-12] = 1 - 1e-12
    return float(-(np.log(p[target == 1]).sum() + np.log1p(-p[target == 0]).sum()) / p.size)


def binary_cross_entropy_with_logits(logits, target):
    sure = np.where(target == 1, logits, -logits)
    each = np.where(sure > 0, np.log1p(np.exp(-sure)), np.log1p(np.exp(sure)) - sure)
    return np.float64(each.sum() / each.size)


def binary_cross_entropy_with_logits_grad(logits, target):
    p = np.where(logits >= 0, 1 / (1 + np.exp(-logits)), np.exp(logits) / (1 + np.exp(logits)))
    return (p - target) / logits.shape[0]


def cross_entropy_grad(logits, labels):
    p = softmax(logits)
    p[np.arange(labels.size), labels] -= 1.0
    p /= labels.size
    return p
