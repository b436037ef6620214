"""tanh loops over rows and columns, so it works for two axes only.

Loses: activations
"""

import numpy as np


def tanh(z):
    result = np.zeros(z.shape)
    for row in range(z.shape[0]):
        for column in range(z.shape[1]):
            result[row, column] = np.tanh(z[row, column])
    return result
