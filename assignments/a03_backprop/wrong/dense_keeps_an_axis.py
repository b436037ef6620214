"""db is (1, d_out).

Loses: dense_backward
"""


def dense_backward(dZ, X, W):
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
