"""The shift is written into the argument.

Loses: softmax
"""

import numpy as np


def softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)
