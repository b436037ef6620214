"""A network with one logit returns (n,) instead of (n, 1).

Loses: mlp_forward
"""


def mlp_forward(X, params, activation):
    g = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    for W, b in params[:-1]:
        X = g(X @ W + b)
    W, b = params[-1]
    logits = X @ W + b
    return logits.ravel() if logits.shape[1] == 1 else logits
