"""Copies of the data that are shuffled again and again, and a closure in place of a loop."""

import numpy as np


def train(X, y, params, *, epochs, batch_size, lr, rng):
    trained = [(W.copy(), b.copy()) for W, b in params]
    data = np.hstack([X, y[:, None]])

    def epoch():
        nonlocal trained
        rng.shuffle(data)
        for batch in np.split(data, range(batch_size, len(data), batch_size)):
            _, grads = loss_and_grads(batch[:, :-1], batch[:, -1], trained)
            trained = [
                [W - lr * dW, b - lr * db] for (W, b), (dW, db) in zip(trained, grads, strict=True)
            ]
        return float(loss_and_grads(X, y, trained)[0])

    history = [epoch() for _ in range(epochs)]
    return [trained, history]


def minibatches(n, batch_size, rng):
    labels = rng.permutation(np.arange(n) // batch_size)
    return [rng.permutation(np.flatnonzero(labels == k)) for k in range(labels.max() + 1)]


def momentum_step(theta, grad, state, *, lr, momentum):
    # All gradients so far, each with its power of momentum.
    grads = (grad,) if state is None else (grad, *state)
    velocity = sum(momentum**age * g for age, g in enumerate(grads))
    return theta - lr * velocity, grads
