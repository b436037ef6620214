"""The gradient of the biases is the number 0, not an array.

Loses: l2
"""


def l2_penalty_grads(params, weight_decay):
    return [(weight_decay * W, 0.0) for W, _ in params]
