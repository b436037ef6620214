"""The logarithm is limited at -100, as in PyTorch.

Loses: bce
"""

import numpy as np


def binary_cross_entropy(probability, target):
    with np.errstate(divide="ignore"):
        yes = np.maximum(np.log(probability), -100)
        no = np.maximum(np.log(1 - probability), -100)
    return -np.mean(target * yes + (1 - target) * no)
