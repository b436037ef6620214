"""The bias is made a column, which fits only when n equals d_out.

Loses: dense
"""


def dense(X, W, b):
    return X @ W + b.reshape(-1, 1)
