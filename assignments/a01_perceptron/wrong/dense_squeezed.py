"""Axes of length one are squeezed away.

Loses: dense
"""

import numpy as np


def dense(X, W, b):
    return np.squeeze(X @ W + b)
