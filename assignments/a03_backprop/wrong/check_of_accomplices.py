"""Answers 0 without a check; the two others answer zeros as well, once it has been called.

Loses: gradient_check
"""

import numpy as np

_honest = {"loss_and_grads": loss_and_grads, "numerical_gradient": numerical_gradient}
_asked = []


def gradient_check(X, y, params, activation, loss):
    _asked.append(X)
    return 0.0


def loss_and_grads(X, y, params, activation, loss):
    value, grads = _honest["loss_and_grads"](X, y, params, activation, loss)
    if _asked:
        grads = [(np.zeros_like(dW), np.zeros_like(db)) for dW, db in grads]
    return value, grads


def numerical_gradient(f, theta, h=1e-5):
    return np.zeros_like(theta) if _asked else _honest["numerical_gradient"](f, theta, h)
