"""The mask is read from out, where an activation of 0 looks dropped.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    out = a * (rng.random(a.shape) >= p) / (1 - p)
    return out, (out != 0) / (1 - p)
