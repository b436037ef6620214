"""Every neuron gets the sum of all biases.

Loses: dense
"""

import numpy as np


def dense(X, W, b):
    return X @ W + np.sum(b)
