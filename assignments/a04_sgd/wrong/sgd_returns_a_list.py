"""The new theta is built as a list of rows.

Loses: sgd
"""


def sgd_step(theta, grad, lr):
    return [t - lr * g for t, g in zip(theta, grad, strict=True)]
