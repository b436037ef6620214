"""The one-hot table is as wide as the largest label that occurs.

Loses: cross_entropy
"""

import numpy as np


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.sum(np.eye(labels.max() + 1)[labels] * log_p) / len(labels)
