"""Two layers are built in.

Loses: l2
"""


def l2_penalty(params, weight_decay):
    (W1, _), (W2, _) = params
    return weight_decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
