"""Results are 0-d arrays, products are einsum, and p and 1 - p are clipped apart."""

import numpy as np


def mean_squared_error(prediction, target):
    error = (prediction - target).reshape(-1)
    return np.asarray(np.einsum("i,i->", error, error) / error.size)


def binary_cross_entropy(probability, target):
    yes, no = np.clip(probability, 1e-12, None), np.clip(1 - probability, 1e-12, None)
    picked = np.where(target == 1, yes, no)
    return np.asarray(-np.log(picked).mean())


def binary_cross_entropy_with_logits(logits, target):
    return np.asarray(
        np.einsum("i->", np.logaddexp(0, np.where(target > 0.5, -logits, logits)))
    ) / len(target)


def softmax(logits):
    powers = np.exp(logits - np.max(logits, axis=-1)[:, None])
    return np.einsum("nk,n->nk", powers, 1 / np.einsum("nk->n", powers))


def cross_entropy(logits, labels):
    onehot = (np.arange(logits.shape[1]) == labels[:, None]).astype(float)
    total = np.logaddexp.reduce(logits, axis=1)
    return np.asarray(np.mean(total - np.einsum("nk,nk->n", onehot, logits)))


def objective(X, y, params, activation):
    g = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "relu": lambda z: z * (z > 0),
    }[activation]
    for place, (W, b) in enumerate(params):
        X = np.einsum("nd,dh->nh", X, W) + b
        if place < len(params) - 1:
            X = g(X)
    p = 1 / (1 + np.exp(-X.squeeze(axis=1)))
    return np.asarray(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
