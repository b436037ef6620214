"""The derivatives in terms of the output, applied to the pre-activation.

Loses: activation_grads
"""


def sigmoid_grad(a):
    return a * (1 - a)


def tanh_grad(a):
    return 1 - a**2
