"""A probability of 0 or 1 gives infinity or NaN.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    return -np.mean(target * np.log(probability) + (1 - target) * np.log(1 - probability))
