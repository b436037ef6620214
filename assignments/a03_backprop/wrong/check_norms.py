"""Compares the lengths of the two gradients, array by array.

Loses: gradient_check
"""

import numpy as np


def gradient_check(X, y, params, activation, loss):
    _, grads = loss_and_grads(X, y, params, activation, loss)
    ratios = []
    for layer, pair in enumerate(grads):
        for part, a in enumerate(pair):

            def loss_with(theta, layer=layer, part=part):
                changed = [list(arrays) for arrays in params]
                changed[layer][part] = theta
                return network_loss(X, y, changed, activation, loss)

            b = numerical_gradient(loss_with, params[layer][part])
            gap = np.linalg.norm(a - b)
            ratios.append(gap / max(1e-8, np.linalg.norm(a) + np.linalg.norm(b)))
    return max(np.max(ratio) for ratio in ratios)
