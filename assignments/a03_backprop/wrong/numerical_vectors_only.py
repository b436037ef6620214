"""Walks over len(theta), so it moves whole rows of a table.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    for i in range(len(theta)):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += h
        behind[i] -= h
        gradient[i] = (f(ahead) - f(behind)) / (2 * h)
    return gradient
