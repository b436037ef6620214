"""The velocity is not returned as a new state, so it never grows.

Loses: momentum
"""

import numpy as np


def momentum_step(theta, grad, state, *, lr, momentum):
    if state is None:
        state = np.zeros_like(theta)
    velocity = momentum * state + grad
    return theta - lr * velocity, state
