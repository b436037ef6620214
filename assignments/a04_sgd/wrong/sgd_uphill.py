"""The step follows the gradient instead of going against it.

Loses: sgd
"""


def sgd_step(theta, grad, lr):
    return theta + lr * grad
