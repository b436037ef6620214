"""The state that was passed is changed in place.

Loses: momentum
"""

import numpy as np


def momentum_step(theta, grad, state, *, lr, momentum):
    if state is None:
        state = np.zeros_like(theta)
    state *= momentum
    state += grad
    return theta - lr * state, state
