"""Divides by the number of rows, which the loss has done already.

Loses: dense_backward
"""


def dense_backward(dZ, X, W):
    n = len(X)
    return dZ @ W.T, X.T @ dZ / n, dZ.mean(axis=0)
