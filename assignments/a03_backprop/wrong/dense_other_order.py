"""Returns (dW, db, dX), the order of another course.

Loses: dense_backward
"""


def dense_backward(dZ, X, W):
    return X.T @ dZ, dZ.sum(axis=0), dZ @ W.T
