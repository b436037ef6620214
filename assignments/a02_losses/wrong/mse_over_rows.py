"""The sum is divided by the rows, not by all the elements.

Loses: mse
"""

import numpy as np


def mean_squared_error(prediction, target):
    return np.sum((prediction - target) ** 2) / len(prediction)
