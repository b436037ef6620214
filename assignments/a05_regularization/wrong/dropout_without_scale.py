"""What is kept is not scaled up.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = (rng.random(a.shape) >= p).astype(float)
    return a * mask, mask
