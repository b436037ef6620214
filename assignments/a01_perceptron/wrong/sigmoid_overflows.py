"""The sigmoid exactly as written in the book, which overflows for large negative z.

Loses: activations
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))
