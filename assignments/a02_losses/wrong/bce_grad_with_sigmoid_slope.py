"""The slope of the sigmoid is multiplied in once more.

Loses: loss_grads
"""


def binary_cross_entropy_with_logits_grad(logits, target):
    p = sigmoid(logits)
    return (p - target) * p * (1 - p) / len(logits)
