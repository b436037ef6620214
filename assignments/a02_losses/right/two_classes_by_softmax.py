"""The squared error through a norm and the rest through shared helpers."""

import numpy as np


def mean_squared_error(prediction, target):
    return np.linalg.norm(prediction - target) ** 2 / prediction.size


def log_softmax(logits):
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def softmax(logits):
    return np.exp(log_softmax(logits))


def cross_entropy(logits, labels):
    return -sum(row[label] for row, label in zip(log_softmax(logits), labels, strict=True)) / len(
        labels
    )


def cross_entropy_grad(logits, labels, strict=True):
    onehot = np.eye(logits.shape[1])[labels]
    return (softmax(logits) - onehot) / logits.shape[0]


def binary_cross_entropy_with_logits(logits, target):
    return cross_entropy(np.stack([np.zeros_like(logits), logits], axis=1), target.astype(int))


def binary_cross_entropy_with_logits_grad(logits, target):
    pairs = np.stack([np.zeros_like(logits), logits], axis=1)
    return cross_entropy_grad(pairs, target.astype(int))[:, 1]


def objective(X, y, params, activation):
    return binary_cross_entropy_with_logits(mlp_forward(X, params, activation).ravel(), y)
