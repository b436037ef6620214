"""Absolute values in place of squares.

Loses: l2
"""


def l2_penalty(params, weight_decay):
    return weight_decay * sum(np.abs(W).sum() for W, _ in params)


def l2_penalty_grads(params, weight_decay):
    return [(weight_decay * np.sign(W), np.zeros_like(b)) for W, b in params]
