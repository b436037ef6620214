"""The caller's theta is changed by an in-place operator.

Loses: sgd
"""


def sgd_step(theta, grad, lr):
    theta -= lr * grad
    return theta
