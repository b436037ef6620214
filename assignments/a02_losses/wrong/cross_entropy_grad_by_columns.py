"""p[:, labels] -= 1 changes whole columns.

Loses: loss_grads
"""


def cross_entropy_grad(logits, labels):
    p = softmax(logits)
    p[:, labels] -= 1
    return p / len(labels)
