"""The bias as one more row of W, beside a column of ones in X."""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    steps = np.nditer(theta, flags=["multi_index"])
    for _ in steps:
        nudge = np.zeros_like(theta)
        nudge[steps.multi_index] = 1.0
        gradient[steps.multi_index] = (f(theta + h * nudge) - f(theta - h * nudge)) / h / 2
    return gradient


def with_ones(A):
    return np.hstack([A, np.ones((A.shape[0], 1))])


def dense_backward(dZ, X, W):
    both = with_ones(X).T @ dZ
    return [(W @ dZ.T).T, both[:-1], both[-1]]


activation_backward = lambda dA, z, activation: (
    dA
    * (
        {
            "sigmoid": lambda t: 1 / (2 + np.exp(t) + np.exp(-t)),
            "tanh": lambda t: 1 - np.tanh(t) ** 2,
        }
    ).get(activation, lambda t: t > 0)(z)
)


def loss_and_grads(X, y, params, activation, loss):
    stacked = [np.vstack([W, b]) for W, b in params]
    As, Zs = [with_ones(X)], []
    for M in stacked:
        Zs.append(As[-1] @ M)
        As.append(with_ones(activate(Zs[-1], activation)))
    value, d = loss_at_logits(Zs[-1], y, loss)
    both = []
    while stacked:
        both.append(As[len(stacked) - 1].T @ d)
        M = stacked.pop()
        if stacked:
            d = activation_backward((d @ M.T)[:, :-1], Zs[len(stacked) - 1], activation)
    return value, tuple((G[:-1], G[-1]) for G in reversed(both))


def gradient_check(X, y, params, activation, loss):
    errors = []
    grads = loss_and_grads(X, y, params, activation, loss)[1]
    for k in range(2 * len(params)):

        def f(theta, k=k):
            layers = [[W, b] for W, b in params]
            layers[k // 2][k % 2] = theta
            return loss_and_grads(X, y, layers, activation, loss)[0]

        b = numerical_gradient(f, params[k // 2][k % 2])
        a = grads[k // 2][k % 2]
        errors += list(np.ravel(np.abs(a - b) / np.fmax(1e-8, np.abs(a) + np.abs(b))))
    return sorted(errors)[-1]
