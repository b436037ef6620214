"""A generator with a seed of its own makes every mask the same.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    rng = np.random.default_rng(42)
    mask = (rng.random(a.shape) >= p) / (1 - p)
    return a * mask, mask
