"""Adam counts its steps in the dict that it was given.

Loses: adaptive
"""

import numpy as np


def adam_step(theta, grad, state, *, lr, betas, eps):
    if state is None:
        state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    state["t"] += 1
    state["m"] = betas[0] * state["m"] + (1 - betas[0]) * grad
    state["v"] = betas[1] * state["v"] + (1 - betas[1]) * grad**2
    m_hat = state["m"] / (1 - betas[0] ** state["t"])
    v_hat = state["v"] / (1 - betas[1] ** state["t"])
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), state
