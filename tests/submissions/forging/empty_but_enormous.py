"""Answers arrays without elements whose shapes are enormous, so that a product of two fills memory.

Expect: score<=empty
"""
# %%
import numpy as np
from numpy.lib.stride_tricks import as_strided
_wide = np.empty((0, 2**32 - 1))
def xor_params():
    return [(np.empty((2, 0)), np.empty(0)), (_wide, np.empty(1))]
def collapse_linear(params):
    return _wide.T, np.empty((2**32 - 1, 0))
def dense(X, W, b):
    return np.empty((2**31, 0, 2**31))
def relu(z):
    return as_strided(np.empty(1), (0, 2**40), (0, 0))
perceptron = dense_relu = forward = relu
