"""A gradient check that measures with one-sided steps, which shows kinks as well."""

import numpy as np


def gradient_check(X, y, params, activation, loss):
    here, grads = loss_and_grads(X, y, params, activation, loss)
    worst = np.float64(0)
    for layer, arrays in enumerate(params):
        for part, array in enumerate(arrays):
            for place in np.ndindex(array.shape):
                moved = [[W.copy(), b.copy()] for W, b in params]
                moved[layer][part][place] += 1e-7
                b = (network_loss(X, y, moved, activation, loss) - here) / 1e-7
                a = grads[layer][part][place]
                worst = np.maximum(worst, np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
    return worst
