"""math.exp raises OverflowError where np.exp would only warn.

Loses: perceptron
"""

import math


def perceptron(x, w, b):
    return 1 / (1 + math.exp(-(w @ x + b)))
