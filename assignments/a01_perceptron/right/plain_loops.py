"""Pure Python: loops, math and lists of numbers, put into arrays at the end."""

import math

import numpy as np


def apply(function, z):
    return np.array([function(value) for value in z.ravel().tolist()]).reshape(z.shape)


def one_sigmoid(value):
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


def sigmoid(z):
    return apply(one_sigmoid, z)


def tanh(z):
    return apply(math.tanh, z)


def relu(z):
    return apply(lambda value: value if value > 0 else 0.0, z)


def sigmoid_grad(z):
    return apply(lambda value: one_sigmoid(value) * (1 - one_sigmoid(value)), z)


def tanh_grad(z):
    return apply(lambda value: 1 - math.tanh(value) ** 2, z)


def relu_grad(z):
    return apply(lambda value: 1 if value > 0 else 0, z)


def perceptron(x, w, b):
    total = b
    for value, weight in zip(x, w, strict=True):
        total += value * weight
    return one_sigmoid(total)


def dense(X, W, b):
    Z = np.zeros((X.shape[0], W.shape[1]))
    for i in range(X.shape[0]):
        for j in range(W.shape[1]):
            Z[i, j] = sum(X[i, k] * W[k, j] for k in range(W.shape[0])) + b[j]
    return Z


def mlp_forward(X, params, activation):
    rows = X
    for place, (W, b) in enumerate(params):
        rows = dense(rows, W, b)
        if place == len(params) - 1:
            break
        if activation == "sigmoid":
            rows = sigmoid(rows)
        elif activation == "tanh":
            rows = tanh(rows)
        else:
            rows = relu(rows)
    return rows


def collapse_linear(params):
    W, b = params[0][0].copy(), params[0][1].copy()
    for W_next, b_next in params[1:]:
        b = dense(b[None, :], W_next, b_next)[0]
        W = dense(W, W_next, np.zeros(len(b_next)))
    return [W, b]
