"""The step is called eps, so that it cannot be given by keyword.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, eps=1e-5):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[place] = eps
        gradient[place] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return gradient
