"""NumPy scalars, 0-d arrays, float32 sums, matrices, views, Fortran order, tuples with names.

Expect: score=18
"""
# %%
from collections import namedtuple
Pair = namedtuple("Pair", "W b")
first = collapse_linear
def collapse_linear(params):
    return Pair(*first(params))
def perceptron(x, w, b):
    return np.array(1 / (1 + np.exp(-np.longdouble(w @ x + b))))
def dense(X, W, b):
    return np.asfortranarray(X @ W + b)[::1]
def relu(z):
    return np.ma.masked_array(np.maximum(z, 0))
def xor_params():
    return (([[1, 1], [1, 1]], [0, -1]), ([[1.0], [-2.0]], [-0.5]))
