"""np.clip writes into the argument.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    p = np.clip(probability, 1e-12, 1 - 1e-12, out=probability)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
