"""Adam's step counter is shared by all problems.

Loses: adaptive
"""

import numpy as np

steps = 0


def adam_step(theta, grad, state, *, lr, betas, eps):
    global steps
    steps = 1 if state is None else steps + 1
    m, v = (0.0, 0.0) if state is None else state
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** steps), v / (1 - betas[1] ** steps)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v)
