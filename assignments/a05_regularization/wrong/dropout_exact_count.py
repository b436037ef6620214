"""Exactly p of the elements are dropped, so they are not independent.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = np.full(a.size, 1 / (1 - p))
    mask[rng.choice(a.size, size=round(p * a.size), replace=False)] = 0.0
    mask = mask.reshape(a.shape)
    return a * mask, mask
