"""Logits are clipped to what exp can bear.

Loses: bce_logits
"""

import numpy as np


def binary_cross_entropy_with_logits(logits, target):
    z = np.clip(logits, -500, 500)
    return np.mean(np.log1p(np.exp(z)) - target * z)
