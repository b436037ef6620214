"""The activations that were passed are changed.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = (rng.random(a.shape) >= p) / (1 - p)
    a *= mask
    return a, mask
