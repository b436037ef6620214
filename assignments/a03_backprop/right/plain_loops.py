"""Plain Python loops over single numbers, with the math module."""

import math

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.empty(theta.shape)
    for k in range(theta.size):
        old = theta.flat[k]
        theta.flat[k] = old + h
        ahead = f(theta)
        theta.flat[k] = old - h
        behind = f(theta)
        theta.flat[k] = old
        gradient.flat[k] = (ahead - behind) / (2 * h)
    return gradient


def dense_backward(dZ, X, W):
    n, d_in, d_out = len(X), len(W), len(W[0])
    dX, dW, db = np.zeros((n, d_in)), np.zeros((d_in, d_out)), np.zeros(d_out)
    for i in range(n):
        for j in range(d_out):
            db[j] += dZ[i][j]
            for k in range(d_in):
                dX[i][k] += dZ[i][j] * W[k][j]
                dW[k][j] += X[i][k] * dZ[i][j]
    return dX, dW, db


def activation_backward(dA, z, activation):
    dZ = np.zeros(z.shape)
    for place, value in np.ndenumerate(z):
        if activation == "sigmoid":
            p = 1 / (1 + math.exp(-value))
            dZ[place] = dA[place] * p * (1 - p)
        elif activation == "tanh":
            dZ[place] = dA[place] / math.cosh(value) ** 2
        elif value > 0:
            dZ[place] = dA[place]
    return dZ


def loss_and_grads(X, y, params, activation, loss):
    n, L = len(X), len(params)
    Z, A = [None] * L, [X] + [None] * L
    for l, (W, b) in enumerate(params):  # noqa: E741
        Z[l] = np.array([[sum(row * col) for col in W.T] for row in A[l]]) + b
        A[l + 1] = activate(Z[l], activation)
    out, total, dZ = Z[-1], 0.0, np.zeros(Z[-1].shape)
    for i in range(n):
        if loss == "mse":
            for j in range(out.shape[1]):
                total += (out[i, j] - y[i, j]) ** 2 / out.size
                dZ[i, j] = 2 * (out[i, j] - y[i, j]) / out.size
        elif loss == "bce":
            p = 1 / (1 + math.exp(-out[i, 0]))
            total -= (y[i] * math.log(p) + (1 - y[i]) * math.log(1 - p)) / n
            dZ[i, 0] = (p - y[i]) / n
        else:
            shares = [math.exp(v) for v in out[i]]
            total -= math.log(shares[y[i]] / sum(shares)) / n
            for j, share in enumerate(shares):
                dZ[i, j] = (share / sum(shares) - (j == y[i])) / n
    grads = []
    for l in range(L - 1, -1, -1):  # noqa: E741
        dA, dW, db = dense_backward(dZ, A[l], params[l][0])
        grads.insert(0, [dW, db])
        if l:
            dZ = activation_backward(dA, Z[l - 1], activation)
    return [total, grads]


def gradient_check(X, y, params, activation, loss):
    grads = loss_and_grads(X, y, params, activation, loss)[1]
    worst = 0
    for (W, b), (dW, db) in zip(params, grads):
        for array, slopes in ((W, dW), (b, db)):
            for k in range(array.size):
                old, heights = array.flat[k], []
                for step in (1e-6, -1e-6):
                    array.flat[k] = old + step
                    heights.append(network_loss(X, y, params, activation, loss))
                array.flat[k] = old
                one, other = slopes.flat[k], (heights[0] - heights[1]) / 2e-6
                worst = max(worst, abs(one - other) / max(1e-8, abs(one) + abs(other)))
    return worst
