"""The product is taken in the order in which it is written for columns.

Loses: collapse_linear
"""


def collapse_linear(params):
    W, b = params[0]
    for W_next, b_next in params[1:]:
        W, b = W_next @ W, W_next @ b + b_next
    return W, b
