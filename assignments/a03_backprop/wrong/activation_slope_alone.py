"""Forgets to multiply by dA.

Loses: activation_backward
"""

import numpy as np


def activation_backward(dA, z, activation):
    if activation == "sigmoid":
        return np.exp(-z) / (1 + np.exp(-z)) ** 2
    return 1 - np.tanh(z) ** 2 if activation == "tanh" else np.where(z > 0, 1.0, 0.0)
