"""Backpropagation is written for one hidden layer.

Loses: train
"""

import numpy as np


def train(X, y, params, *, epochs, batch_size, lr, rng):
    (W1, b1), (W2, b2) = params
    history = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            A = np.maximum(X[rows] @ W1 + b1, 0)
            p = 1 / (1 + np.exp(-(A @ W2 + b2)))
            d2 = (p - y[rows, None]) / len(rows)
            d1 = (d2 @ W2.T) * (A > 0)
            W1, b1 = W1 - lr * X[rows].T @ d1, b1 - lr * d1.sum(axis=0)
            W2, b2 = W2 - lr * A.T @ d2, b2 - lr * d2.sum(axis=0)
        history.append(loss_and_grads(X, y, [(W1, b1), (W2, b2)])[0])
    return [(W1, b1), (W2, b2)], history
