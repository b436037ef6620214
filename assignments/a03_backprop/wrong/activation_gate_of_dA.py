"""The gate of relu looks at dA, not at z.

Loses: activation_backward
"""


def activation_backward(dA, z, activation):
    a = activate(z, activation)
    if activation == "relu":
        return dA * (dA > 0)
    return dA * (a * (1 - a) if activation == "sigmoid" else 1 - a**2)
