"""0-d arrays for numbers, lists for pairs, tuples and integers for params."""

import numpy as np


def relu_grad(z):
    return np.where(z > 0, 1, 0)


def perceptron(x, w, b):
    z = np.asarray(np.sum(w * x) + b)
    return np.asarray(0.5 + 0.5 * np.tanh(z / 2))


def collapse_linear(params):
    layers = list(params)
    while len(layers) > 1:
        (W2, b2), (W1, b1) = layers.pop(), layers.pop()
        layers.append([W1 @ W2, b1 @ W2 + b2])
    return layers[0]


def xor_params():
    return ([[[1, 1], [1, 1]], [0, -1]], [[[1], [-2]], [0]])
