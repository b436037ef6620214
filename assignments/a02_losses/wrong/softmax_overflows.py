"""Nothing is subtracted.

Loses: softmax
"""

import numpy as np


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
