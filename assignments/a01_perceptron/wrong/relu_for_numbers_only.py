"""relu compares a whole array in an if, so it works for single numbers only.

Loses: activations
"""


def relu(z):
    if z > 0:
        return z
    return 0.0
