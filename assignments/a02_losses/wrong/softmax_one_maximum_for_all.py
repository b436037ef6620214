"""The largest logit of the whole batch is subtracted, so low rows vanish.

Loses: softmax
"""

import numpy as np


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=1, keepdims=True)
