"""The bias as one more row of W, and overflow silenced or clipped."""

import numpy as np


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_grad(z):
    a = sigmoid(np.clip(z, -500, 500))
    return a - a**2


def tanh(z):
    return 2 * sigmoid(2 * z) - 1


def tanh_grad(z):
    return 4 * sigmoid_grad(2 * z)


def relu(z):
    return np.where(z < 0, 0, z)


def relu_grad(z):
    slope = np.zeros_like(z)
    slope[z > 0] = 1
    return slope


def homogeneous(X):
    return np.hstack([X, np.ones((len(X), 1))])


def dense(X, W, b):
    return homogeneous(X) @ np.vstack([W, b])


def perceptron(x, w, b):
    return float(sigmoid(dense(x[None, :], w[:, None], np.array([b])))[0, 0])


def mlp_forward(X, params, activation):
    (W, b), rest = params[0], params[1:]
    Z = dense(X, W, b)
    if not rest:
        return Z
    match activation:
        case "sigmoid":
            Z = sigmoid(Z)
        case "tanh":
            Z = tanh(Z)
        case "relu":
            Z = relu(Z)
    return mlp_forward(Z, rest, activation)


def collapse_linear(params):
    # Send the origin and the unit vectors through the stack, and read W and b off the results.
    points = np.vstack([np.zeros(len(params[0][0])), np.eye(len(params[0][0]))])
    for W, b in params:
        points = dense(points, W, b)
    return points[1:] - points[0], points[0]
