"""The slope of the bias is dZ itself.

Loses: dense_backward
"""


def dense_backward(dZ, X, W):
    return dZ @ W.T, X.T @ dZ, dZ
