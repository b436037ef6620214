"""Hands f a flattened theta.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    flat = theta.reshape(-1)
    steps = h * np.eye(flat.size)
    slopes = [(f(flat + e) - f(flat - e)) / (2 * h) for e in steps]
    return np.array(slopes).reshape(theta.shape)
