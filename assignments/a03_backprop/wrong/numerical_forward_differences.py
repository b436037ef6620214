"""Forward differences: one step, divided by h.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient, here = np.zeros_like(theta), f(theta)
    for place in np.ndindex(theta.shape):
        moved = theta.copy()
        moved[place] += h
        gradient[place] = (f(moved) - here) / h
    return gradient
