"""Adam puts the corrected moments into its state and corrects them again.

Loses: adaptive
"""

import numpy as np


def adam_step(theta, grad, state, *, lr, betas, eps):
    t, m, v = (0, 0.0, 0.0) if state is None else state
    t = t + 1
    m = (betas[0] * m + (1 - betas[0]) * grad) / (1 - betas[0] ** t)
    v = (betas[1] * v + (1 - betas[1]) * grad**2) / (1 - betas[1] ** t)
    return theta - lr * m / (np.sqrt(v) + eps), (t, m, v)
