"""Only the lower end is clipped.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    p = np.maximum(probability, 1e-12)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
