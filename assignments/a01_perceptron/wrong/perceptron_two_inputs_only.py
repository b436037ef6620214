"""The two inputs of the example are written out.

Loses: perceptron
"""

import numpy as np


def perceptron(x, w, b):
    z = x[0] * w[0] + x[1] * w[1] + b
    return 0.5 * (1 + np.tanh(0.5 * z))
