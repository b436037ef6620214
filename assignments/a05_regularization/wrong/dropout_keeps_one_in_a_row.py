"""A row that lost everything gets its first element back.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a.copy(), np.ones_like(a)
    kept = rng.random(a.shape) >= p
    rows = kept.reshape(len(a), -1)
    rows[:, 0] |= ~rows.any(axis=1)
    mask = rows.reshape(a.shape) / (1 - p)
    return a * mask, mask
