"""A leaky relu from a blog post, and its slope.

Loses: activations, activation_grads
"""

import numpy as np


def relu(z):
    return np.where(z > 0, z, 0.01 * z)


def relu_grad(z):
    return np.where(z > 0, 1.0, 0.01)
