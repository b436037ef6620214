"""Adadelta is still to be written.

Loses: adaptive
"""


def adadelta_step(theta, grad, state, *, lr, rho, eps):
    raise NotImplementedError()
