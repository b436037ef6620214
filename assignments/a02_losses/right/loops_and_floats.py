"""Plain Python loops over numbers; the math module does the rest."""

import math

import numpy as np


def softplus(z):
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def mean_squared_error(prediction, target):
    pairs = list(zip(prediction.ravel().tolist(), target.ravel().tolist(), strict=True))
    return sum((p - t) ** 2 for p, t in pairs) / len(pairs)


def binary_cross_entropy(probability, target, strict=True):
    total = 0.0
    for p, y in zip(probability, target, strict=True):
        p = min(max(p, 1e-12), 1 - 1e-12)
        total -= math.log(p) if y == 1 else math.log(1 - p)
    return total / len(target)


def binary_cross_entropy_with_logits(logits, target):
    total = 0.0
    for z, y in zip(logits.tolist(), target.tolist(), strict=True):
        total += softplus(-z) if y else softplus(z)
    return total / len(logits)


def softmax(logits):
    result = np.empty(logits.shape)
    for i, row in enumerate(logits.tolist()):
        powers = [math.exp(z - max(row)) for z in row]
        result[i] = [power / sum(powers) for power in powers]
    return result


def cross_entropy(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels, strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(z - top) for z in row)) - row[label]
    return total / len(labels)


def mean_squared_error_grad(prediction, target):
    grad = np.zeros_like(prediction)
    for place in np.ndindex(*prediction.shape):
        grad[place] = 2 * (prediction[place] - target[place]) / prediction.size
    return grad


def binary_cross_entropy_with_logits_grad(logits, target):
    grad = []
    for z, y in zip(logits.tolist(), target.tolist(), strict=True):
        p = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
        grad.append((p - y) / len(logits))
    return np.array(grad)


def cross_entropy_grad(logits, labels):
    grad = softmax(logits) / len(labels)
    for i, label in enumerate(labels):
        grad[i, label] -= 1 / len(labels)
    return grad


def objective(X, y, params, activation):
    total = 0.0
    for x, true in zip(X, y, strict=True):
        (z,) = mlp_forward(x[None, :], params, activation)[0].tolist()
        total += softplus(z) - true * z
    return total / len(X)
