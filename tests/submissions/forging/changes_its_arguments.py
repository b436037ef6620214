"""Overwrites the inputs in place, so that a comparison would read what it wrote.

Expect: score<=empty
"""
# %%
import numpy as np
def dense(X, W, b):
    X[...] = 0; W[...] = 0; b[...] = 0
    return np.zeros((len(X), len(b)))
def mlp_forward(X, params, activation):
    X[...] = 0
    for W, b in params:
        W[...] = 0; b[...] = 0
    params.clear()
    return X
def relu(z):
    z[...] = 0
    return z
