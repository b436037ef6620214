"""The logarithm is the binary one.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    return -np.mean(target * np.log2(p) + (1 - target) * np.log2(1 - p))
