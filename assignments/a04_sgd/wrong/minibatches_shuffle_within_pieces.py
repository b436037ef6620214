"""Rows are shuffled within their piece only.

Loses: minibatches
"""

import numpy as np


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    return [rng.permutation(order[start : start + batch_size]) for start in range(0, n, batch_size)]
