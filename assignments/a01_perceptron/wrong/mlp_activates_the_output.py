"""The activation is applied after the output layer too.

Loses: mlp_forward
"""


def mlp_forward(X, params, activation):
    g = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    for W, b in params:
        X = g(X @ W + b)
    return X
