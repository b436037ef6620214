"""relu writes the zeros into its argument.

Loses: activations
"""


def relu(z):
    z[z < 0] = 0
    return z
