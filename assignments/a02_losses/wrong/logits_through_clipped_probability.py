"""The detour over a clipped probability limits the loss at 27.6.

Loses: bce_logits
"""


def binary_cross_entropy_with_logits(logits, target):
    return binary_cross_entropy(sigmoid(logits), target)
