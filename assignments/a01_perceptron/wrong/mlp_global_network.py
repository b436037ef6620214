"""The layers come from a variable of the plot instead of the argument.

Loses: mlp_forward
"""


def mlp_forward(X, params, activation):
    g = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    for W, b in network[:-1]:
        X = g(X @ W + b)
    W, b = network[-1]
    return X @ W + b
