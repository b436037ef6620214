"""Half of a mask is drawn and used twice.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a.copy(), np.ones_like(a)
    half = rng.random(-(-a.size // 2)) >= p
    mask = np.tile(half, 2)[: a.size].reshape(a.shape) / (1 - p)
    return a * mask, mask
