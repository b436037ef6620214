"""Nudges theta in place and forgets to put the old number back.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        old = theta[place]
        theta[place] = old + h
        ahead = f(theta)
        theta[place] = old - h
        gradient[place] = (ahead - f(theta)) / (2 * h)
    return gradient
