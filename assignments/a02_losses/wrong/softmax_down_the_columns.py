"""The sum runs over the rows of the batch.

Loses: softmax
"""

import numpy as np


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)
