"""Averages db; the gradient check uses it and numerical_gradient, and is honest about it.

Loses: loss_and_grads
"""

import numpy as np


def loss_and_grads(X, y, params, activation, loss):
    slope = {
        "sigmoid": lambda z: activate(z, "sigmoid") * activate(-z, "sigmoid"),
        "tanh": lambda z: 1 - np.tanh(z) ** 2,
        "relu": lambda z: np.where(z > 0, 1.0, 0.0),
    }[activation]
    inputs, outputs = [X], []
    for W, b in params:
        outputs.append(inputs[-1] @ W + b)
        inputs.append(activate(outputs[-1], activation))
    J, dZ = loss_at_logits(outputs[-1], y, loss)
    grads = []
    for layer in reversed(range(len(params))):
        grads.append((inputs[layer].T @ dZ, dZ.mean(axis=0)))
        if layer > 0:
            dZ = (dZ @ params[layer][0].T) * slope(outputs[layer - 1])
    return J, grads[::-1]


def gradient_check(X, y, params, activation, loss):
    _, grads = loss_and_grads(X, y, params, activation, loss)
    worst = 0.0
    for layer, pair in enumerate(grads):
        for part, a in enumerate(pair):

            def loss_with(theta, layer=layer, part=part):
                changed = [list(arrays) for arrays in params]
                changed[layer][part] = theta
                return loss_and_grads(X, y, changed, activation, loss)[0]

            b = numerical_gradient(loss_with, params[layer][part])
            worst = max(worst, np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))
    return worst
