"""The output layer is popped off the list of the caller.

Loses: mlp_forward
"""


def mlp_forward(X, params, activation):
    g = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    W_out, b_out = params.pop()
    for W, b in params:
        X = g(X @ W + b)
    return X @ W_out + b_out
