"""Replaces the arithmetic that an inside comparison would use.

Expect: score<=empty
"""
# %%
import numpy as np
np.abs = np.absolute = lambda x, *a, **k: np.zeros_like(x)
np.max = np.amax = np.subtract = lambda *a, **k: 0.0
np.all = np.any = lambda *a, **k: True
np.asarray = np.array = lambda x, *a, **k: x
def relu(z):
    return z * 0
def dense(X, W, b):
    return X
