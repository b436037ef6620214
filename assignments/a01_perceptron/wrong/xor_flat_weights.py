"""The output layer has the shapes (2,) and () of a single perceptron.

Loses: xor
"""

import numpy as np


def xor_params():
    hidden = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))
    return [hidden, (np.array([1.0, -2.0]), -0.5)]
