"""Adagrad adds eps under the root.

Loses: adaptive
"""

import numpy as np


def adagrad_step(theta, grad, state, *, lr, eps):
    total = grad**2 if state is None else state + grad**2
    return theta - lr * grad / np.sqrt(total + eps), total
