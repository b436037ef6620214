"""The inputs are made a row first, so one number comes back in an array.

Loses: perceptron
"""

import numpy as np


def perceptron(x, w, b):
    z = x.reshape(1, -1) @ w + b
    return 0.5 * (1 + np.tanh(0.5 * z))
