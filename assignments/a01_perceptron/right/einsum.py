"""Every product by einsum, every choice by masks."""

import numpy as np


def sigmoid(z):
    result = np.empty_like(z)
    positive = z >= 0
    result[positive] = 1 / (1 + np.exp(-z[positive]))
    result[~positive] = np.exp(z[~positive]) / (1 + np.exp(z[~positive]))
    return result


def relu(z):
    return z * (z > 0)


def relu_grad(z):
    return (z > 0).astype(np.float64)


def perceptron(x, w, b):
    return sigmoid(np.einsum("i,i->", x, w)[np.newaxis] + b)[0]


def dense(X, W, b):
    return np.einsum("ik,kj->ij", X, W) + b


def mlp_forward(X, params, activation):
    A = X.copy()
    *hidden, output = params
    for layer in hidden:
        A = globals()[activation](dense(A, *layer))
    return dense(A, *output)


def collapse_linear(params):
    W, b = np.eye(len(params[0][0])), np.zeros(len(params[0][0]))
    for W_next, b_next in params:
        W = np.einsum("ij,jk->ik", W, W_next)
        b = np.einsum("j,jk->k", b, W_next) + b_next
    return W, b
