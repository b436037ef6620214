"""Places to drop are drawn with repetition, so too few are dropped.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = np.full(a.size, 1 / (1 - p))
    mask[rng.integers(0, a.size, size=int(p * a.size))] = 0.0
    mask = mask.reshape(a.shape)
    return a * mask, mask
