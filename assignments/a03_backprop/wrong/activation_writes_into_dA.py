"""Closes the gate of relu in the caller's own array.

Loses: activation_backward
"""


def activation_backward(dA, z, activation):
    a = activate(z, activation)
    if activation == "relu":
        dA[z <= 0] = 0
        return dA
    return dA * (a * (1 - a) if activation == "sigmoid" else 1 - a**2)
