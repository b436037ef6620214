"""The argument activation is ignored.

Loses: mlp_forward
"""

import numpy as np


def mlp_forward(X, params, activation):
    for W, b in params[:-1]:
        X = np.maximum(X @ W + b, 0)
    W, b = params[-1]
    return X @ W + b
