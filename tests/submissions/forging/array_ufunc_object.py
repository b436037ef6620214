"""Returns an object that takes over NumPy's functions through __array_ufunc__ and __array_function__.

Expect: score<=empty
"""
# %%
import numpy as np
class Ours:
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(1)
    def __array_function__(self, function, types, args, kwargs):
        return True
    def __array__(self, dtype=None, copy=None):
        return np.zeros((3, 3))
    shape, ndim, dtype, size = (3, 3), 2, np.dtype(float), 9
for name in ("sigmoid", "tanh", "relu", "dense", "perceptron"):
    globals()[name] = lambda *a: Ours()
