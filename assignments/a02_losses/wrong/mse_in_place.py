"""The difference is written into the argument.

Loses: mse
"""

import numpy as np


def mean_squared_error(prediction, target):
    prediction -= target
    return np.mean(prediction**2)
