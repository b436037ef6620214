"""Squeezes axes of length one away.

Loses: dense_backward
"""

import numpy as np


def dense_backward(dZ, X, W):
    return np.squeeze(dZ @ W.T), np.squeeze(X.T @ dZ), np.squeeze(dZ.sum(axis=0))
