"""Divided by the variance.

Loses: standardise
"""

import numpy as np


def standardise(X):
    size = X.var(axis=0)
    return (X - X.mean(axis=0)) / np.where(size > 0, size, 1.0)
