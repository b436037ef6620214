"""Returns the slopes of the weights alone.

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
        grads.append(inputs[layer].T @ dZ)
        if layer > 0:
            dZ = (dZ @ params[layer][0].T) * slope(outputs[layer - 1])
    return J, grads[::-1]
