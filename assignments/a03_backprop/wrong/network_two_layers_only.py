"""Written for one hidden layer, as in the picture.

Loses: loss_and_grads, gradient_check
"""

import numpy as np


def loss_and_grads(X, y, params, activation, loss):
    (W1, b1), (W2, b2) = params
    z = X @ W1 + b1
    a = activate(z, activation)
    J, dZ = loss_at_logits(a @ W2 + b2, y, loss)
    slope = {"sigmoid": activate(z, "sigmoid") * activate(-z, "sigmoid"), "relu": z > 0}
    dz = (dZ @ W2.T) * slope.get(activation, 1 - np.tanh(z) ** 2)
    return J, [(X.T @ dz, dz.sum(axis=0)), (a.T @ dZ, dZ.sum(axis=0))]
