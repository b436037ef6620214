"""p is taken for the probability of keeping, in the mask and in the scale.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = (rng.random(a.shape) < p) / p
    return a * mask, mask
