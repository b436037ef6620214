"""The logits are meant to be compared with 1/2, not with 0.

Loses: xor
"""

import numpy as np


def xor_params():
    hidden = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))
    return [hidden, (np.array([[1.0], [-2.0]]), np.array([0.25]))]
