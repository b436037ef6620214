"""The sums are broadcast along the wrong axis.

Loses: softmax
"""

import numpy as np


def softmax(logits):
    powers = np.exp(logits.T - logits.max(axis=1)).T
    return powers / powers.sum(axis=1)
