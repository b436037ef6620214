"""The step is written into the body.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[place] = 1e-5
        gradient[place] = (f(theta + step) - f(theta - step)) / 2e-5
    return gradient
