"""The history holds the mean of the minibatches' losses on the way.

Loses: train
"""

import numpy as np


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history = []
    for _ in range(epochs):
        losses = []
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss, grads = loss_and_grads(X[rows], y[rows], params)
            losses.append(loss)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history.append(np.mean(losses))
    return params, history
