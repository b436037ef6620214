"""The velocity is a running mean: the gradient is weighted by 1 - momentum.

Loses: momentum
"""

import numpy as np


def momentum_step(theta, grad, state, *, lr, momentum):
    before = np.zeros_like(theta) if state is None else state
    velocity = momentum * before + (1 - momentum) * grad
    return theta - lr * velocity, velocity
