"""The bias is an argument that nobody uses.

Loses: perceptron
"""

import numpy as np


def perceptron(x, w, b):
    return 0.5 * (1 + np.tanh(0.5 * np.dot(w, x)))
