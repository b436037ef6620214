"""Answers the right shapes in dtypes that compare oddly: text, objects, booleans, dates, records.

Expect: score<=empty
"""
# %%
import numpy as np
def relu(z):
    return np.full(z.shape, "1.0")
def sigmoid(z):
    return np.full(z.shape, object())
def tanh(z):
    return np.ones(z.shape, bool)
def sigmoid_grad(z):
    return np.zeros(z.shape, "datetime64[s]")
def tanh_grad(z):
    return np.zeros(z.shape, [("a", float)])
def relu_grad(z):
    return np.full(z.shape, 1j)
