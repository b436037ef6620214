"""Adam does not correct the moments for their start at zero.

Loses: adaptive
"""

import numpy as np


def adam_step(theta, grad, state, *, lr, betas, eps):
    m, v = (0.0, 0.0) if state is None else state
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    return theta - lr * m / (np.sqrt(v) + eps), (m, v)
