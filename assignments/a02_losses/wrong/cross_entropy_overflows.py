"""The log-sum-exp is computed without a shift.

Loses: cross_entropy
"""

import numpy as np


def cross_entropy(logits, labels):
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels])
