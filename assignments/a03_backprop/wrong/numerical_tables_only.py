"""Two nested loops, as for a weight matrix.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    rows, columns = theta.shape
    gradient = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            step = np.zeros((rows, columns))
            step[i, j] = h
            gradient[i, j] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient
