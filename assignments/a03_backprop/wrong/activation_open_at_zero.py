"""The gate of relu is open at z = 0.

Loses: activation_backward
"""

import numpy as np


def activation_backward(dA, z, activation):
    a = activate(z, activation)
    if activation == "relu":
        return np.where(z >= 0, dA, 0.0)
    return dA * (a * (1 - a) if activation == "sigmoid" else 1 - a**2)
