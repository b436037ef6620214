"""The default step is 1e-4.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-4):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[place] = h
        gradient[place] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient
