"""Only the first two layers are looked at.

Loses: collapse_linear
"""


def collapse_linear(params):
    (W1, b1), (W2, b2) = params[0], params[1]
    return W1 @ W2, b1 @ W2 + b2
