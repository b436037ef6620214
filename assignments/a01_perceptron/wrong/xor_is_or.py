"""The second ramp is missing, so both true counts as true.

Loses: xor
"""

import numpy as np


def xor_params():
    hidden = (np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros(2))
    return [hidden, (np.array([[1.0], [1.0]]), np.zeros(1))]
