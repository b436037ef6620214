"""Biases are penalised like weights.

Loses: l2
"""


def l2_penalty(params, weight_decay):
    return weight_decay / 2 * sum(np.sum(W**2) + np.sum(b**2) for W, b in params)


def l2_penalty_grads(params, weight_decay):
    return [(weight_decay * W, weight_decay * b) for W, b in params]
