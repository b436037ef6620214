"""The deck is cut at a random place instead of being shuffled.

Loses: minibatches
"""

import numpy as np


def minibatches(n, batch_size, rng):
    order = np.roll(np.arange(n), rng.integers(n))
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
