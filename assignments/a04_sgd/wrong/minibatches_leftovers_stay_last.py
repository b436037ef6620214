"""Rows that do not fill a piece are never shuffled.

Loses: minibatches
"""

import numpy as np


def minibatches(n, batch_size, rng):
    whole = n // batch_size * batch_size
    order = np.concatenate([rng.permutation(whole), np.arange(whole, n)])
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
