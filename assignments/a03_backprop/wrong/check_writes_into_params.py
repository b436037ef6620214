"""Moves the caller's own arrays and undoes it by arithmetic.

Loses: gradient_check
"""

import numpy as np


def gradient_check(X, y, params, activation, loss):
    _, grads = loss_and_grads(X, y, params, activation, loss)
    worst, h = 0.0, 1e-5
    for arrays, slopes in zip(params, grads):
        for theta, a in zip(arrays, slopes):
            for place in np.ndindex(theta.shape):
                theta[place] += h
                ahead = network_loss(X, y, params, activation, loss)
                theta[place] -= 2 * h
                behind = network_loss(X, y, params, activation, loss)
                theta[place] += h
                b = (ahead - behind) / (2 * h)
                worst = max(worst, abs(a[place] - b) / max(1e-8, abs(a[place]) + abs(b)))
    return worst
