"""Whole rows are dropped instead of elements.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    rows = rng.random((len(a),) + (1,) * (a.ndim - 1)) >= p
    mask = rows * np.ones_like(a) / (1 - p)
    return a * mask, mask
