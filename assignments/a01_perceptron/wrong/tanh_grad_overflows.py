"""1 / cosh(z)**2 is equal on paper, but cosh overflows.

Loses: activation_grads
"""

import numpy as np


def tanh_grad(z):
    return 1 / np.cosh(z) ** 2
