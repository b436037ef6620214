"""The step is taken before the velocity is updated.

Loses: momentum
"""

import numpy as np


def momentum_step(theta, grad, state, *, lr, momentum):
    velocity = np.zeros_like(theta) if state is None else state
    return theta - lr * velocity, momentum * velocity + grad
