"""The gradient is normalised, so every step has the length lr.

Loses: sgd
"""

import numpy as np


def sgd_step(theta, grad, lr):
    return theta - lr * grad / np.linalg.norm(grad)
