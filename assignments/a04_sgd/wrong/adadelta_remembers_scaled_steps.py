"""Adadelta averages the squares of steps that contain lr.

Loses: adaptive
"""

import numpy as np


def adadelta_step(theta, grad, state, *, lr, rho, eps):
    squares, steps = (0.0, 0.0) if state is None else state
    squares = rho * squares + (1 - rho) * grad**2
    delta = lr * np.sqrt(steps + eps) / np.sqrt(squares + eps) * grad
    return theta - delta, (squares, rho * steps + (1 - rho) * delta**2)
