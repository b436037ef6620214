"""exp(-z) instead of exp(-|z|) is only right for positive logits.

Loses: bce_logits
"""

import numpy as np


def binary_cross_entropy_with_logits(logits, target):
    return np.mean(np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-logits)))
