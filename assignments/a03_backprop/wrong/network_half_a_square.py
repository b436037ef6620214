"""The mean squared error with a factor 1/2.

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
    if loss == "mse":
        J, dZ = J / 2, dZ / 2
    grads = []
    for layer in reversed(range(len(params))):
        grads.append((inputs[layer].T @ dZ, dZ.sum(axis=0)))
        if layer > 0:
            dZ = (dZ @ params[layer][0].T) * slope(outputs[layer - 1])
    return J, grads[::-1]
