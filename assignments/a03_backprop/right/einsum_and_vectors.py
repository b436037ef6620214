"""Einsum, one matrix of all nudged copies, and all parameters in one vector."""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    up = theta.ravel() + h * np.eye(theta.size)
    down = theta.ravel() - h * np.eye(theta.size)
    heights = [[f(row.reshape(theta.shape)) for row in side] for side in (up, down)]
    return np.subtract(*heights).reshape(theta.shape) / (2 * h)


def dense_backward(dZ, X, W):
    return np.einsum("no,io->ni", dZ, W), np.einsum("ni,no->io", X, dZ), np.einsum("no->o", dZ)


def activation_backward(dA, z, activation):
    return np.einsum(
        "ij,ij->ij",
        dA,
        {
            "sigmoid": lambda: 0.25 / np.cosh(z / 2) ** 2,
            "tanh": lambda: 1 / np.cosh(z) ** 2,
            "relu": lambda: np.heaviside(z, 0),
        }[activation](),
    )


def _flat(pairs):
    return np.concatenate([part.ravel() for pair in pairs for part in pair])


def _unflat(vector, params):
    sizes = np.cumsum([part.size for pair in params for part in pair])[:-1]
    parts = iter(np.split(vector, sizes))
    return [(next(parts).reshape(W.shape), next(parts)) for W, b in params]


def loss_and_grads(X, y, params, activation, loss):
    def back(A, rest):
        """The loss, the slope at A, and the gradients of the layers that follow A."""
        (W, b), *more = rest
        Z = np.einsum("ni,io->no", A, W) + b
        if more:
            J, dA, grads = back(activate(Z, activation), more)
            dZ = activation_backward(dA, Z, activation)
        else:
            (J, dZ), grads = loss_at_logits(Z, y, loss), []
        dX, dW, db = dense_backward(dZ, A, W)
        return J, dX, ((dW, db), *grads)

    J, _, grads = back(X, params)
    return np.asarray(J), grads


def gradient_check(X, y, params, activation, loss):
    a = _flat(loss_and_grads(X, y, params, activation, loss)[1])
    b = numerical_gradient(
        lambda theta: network_loss(X, y, _unflat(theta, params), activation, loss), _flat(params)
    )
    return np.asarray((abs(a - b) / np.maximum(1e-8, abs(a) + abs(b))).max())
