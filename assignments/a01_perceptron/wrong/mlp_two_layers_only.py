"""The depth of the example is built in.

Loses: mlp_forward
"""


def mlp_forward(X, params, activation):
    (W1, b1), (W2, b2) = params
    g = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    return g(X @ W1 + b1) @ W2 + b2
