"""Says that nothing is fine.

Loses: gradient_check
"""


def gradient_check(X, y, params, activation, loss):
    return 1.0
