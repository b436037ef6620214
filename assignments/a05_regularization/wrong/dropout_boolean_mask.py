"""The scale goes into out alone, and the mask is one of booleans.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones(a.shape, dtype=bool)
    mask = rng.random(a.shape) >= p
    return a * mask / (1 - p), mask
