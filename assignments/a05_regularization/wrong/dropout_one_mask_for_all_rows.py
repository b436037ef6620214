"""All rows of the batch share one mask.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = np.ones_like(a) * (rng.random(a.shape[-1]) >= p) / (1 - p)
    return a * mask, mask
