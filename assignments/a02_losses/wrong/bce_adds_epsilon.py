"""1e-12 is added in the logarithm, which moves the probabilities near the ends.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    tiny = 1e-12
    return -np.mean(
        target * np.log(probability + tiny) + (1 - target) * np.log(1 - probability + tiny)
    )
