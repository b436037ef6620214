"""The penalty lacks the 1/2, and its gradient has the 2.

Loses: l2
"""


def l2_penalty(params, weight_decay):
    return weight_decay * sum(np.sum(W**2) for W, _ in params)


def l2_penalty_grads(params, weight_decay):
    return [(2 * weight_decay * W, np.zeros_like(b)) for W, b in params]
