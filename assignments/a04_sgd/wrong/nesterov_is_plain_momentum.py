"""Nesterov's step is the same as plain momentum.

Loses: momentum
"""


def nesterov_step(theta, grad, state, *, lr, momentum):
    return momentum_step(theta, grad, state, lr=lr, momentum=momentum)
