"""The part log(1 + exp(-|z|)) is taken to be negligible.

Loses: bce_logits
"""

import numpy as np


def binary_cross_entropy_with_logits(logits, target):
    return np.mean(np.maximum(logits, 0) - target * logits)
