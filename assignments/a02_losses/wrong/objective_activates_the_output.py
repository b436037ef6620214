"""The output layer has the hidden layers' activation.

Loses: objective
"""


def objective(X, y, params, activation):
    logits = ACTIVATIONS[activation](mlp_forward(X, params, activation))[:, 0]
    return binary_cross_entropy_with_logits(logits, y)
