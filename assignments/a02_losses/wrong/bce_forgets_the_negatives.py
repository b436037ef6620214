"""Only delayed flights pay.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    return -np.mean(target * np.log(np.clip(probability, 1e-12, 1)))
