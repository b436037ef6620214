"""Adagrad sums over all elements, so they share one learning rate.

Loses: adaptive
"""

import numpy as np


def adagrad_step(theta, grad, state, *, lr, eps):
    total = np.sum(grad**2) + (0.0 if state is None else state)
    return theta - lr * grad / (np.sqrt(total) + eps), total
