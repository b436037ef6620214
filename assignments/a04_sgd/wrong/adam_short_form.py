"""Adam folds the corrections into lr, which moves eps.

Loses: adaptive
"""

import numpy as np


def adam_step(theta, grad, state, *, lr, betas, eps):
    t, m, v = (0, 0.0, 0.0) if state is None else state
    t, (beta1, beta2) = t + 1, betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(v) + eps), (t, m, v)
