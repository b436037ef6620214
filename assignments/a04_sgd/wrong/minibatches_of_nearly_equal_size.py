"""The rows are split into pieces of nearly equal size.

Loses: minibatches
"""

import numpy as np


def minibatches(n, batch_size, rng):
    return np.array_split(rng.permutation(n), int(np.ceil(n / batch_size)))
