"""Whole pieces are shuffled, and neighbours stay together.

Loses: minibatches
"""

import numpy as np


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    pieces = [order[start : start + batch_size] for start in range(0, n, batch_size)]
    full = [piece for piece in pieces if len(piece) == batch_size]
    rest = [piece for piece in pieces if len(piece) < batch_size]
    return [full[k] for k in rng.permutation(len(full))] + rest
