"""Nesterov's method with the learning rate in the velocity.

Loses: momentum
"""

import numpy as np


def nesterov_step(theta, grad, state, *, lr, momentum):
    velocity = np.zeros_like(theta) if state is None else state
    velocity = momentum * velocity - lr * grad
    return theta + momentum * velocity - lr * grad, velocity
