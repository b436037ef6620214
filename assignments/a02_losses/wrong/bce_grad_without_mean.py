"""The gradient of the sum: 1/n is missing.

Loses: loss_grads
"""


def binary_cross_entropy_with_logits_grad(logits, target):
    return sigmoid(logits) - target
