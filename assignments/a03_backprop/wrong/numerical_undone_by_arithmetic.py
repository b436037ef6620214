"""Nudges theta in place and undoes it with -= h, which rounds.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        theta[place] += h
        ahead = f(theta)
        theta[place] -= 2 * h
        behind = f(theta)
        theta[place] += h
        gradient[place] = (ahead - behind) / (2 * h)
    return gradient
