"""Answers NaN and infinity everywhere, hoping that no error is larger than a tolerance.

Expect: score<=empty
"""
# %%
import numpy as np
def relu(z):
    return np.full(z.shape, np.nan)
sigmoid = tanh = relu
def relu_grad(z):
    return np.full(z.shape, np.inf)
sigmoid_grad = tanh_grad = relu_grad
def perceptron(x, w, b):
    return np.nan
def dense(X, W, b):
    return np.full((len(X), len(b)), np.nan)
def mlp_forward(X, params, activation):
    return np.full((len(X), len(params[-1][1])), np.nan)
def collapse_linear(params):
    return (np.full((params[0][0].shape[0], len(params[-1][1])), np.nan), np.full(len(params[-1][1]), np.nan))
def xor_params():
    return [(np.full((2, 2), np.nan), np.full(2, np.nan)), (np.full((2, 1), np.inf), np.full(1, np.nan))]
