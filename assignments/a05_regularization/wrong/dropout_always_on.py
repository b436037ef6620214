"""Activations are dropped when not training, too.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    mask = (rng.random(a.shape) >= p) / (1 - p)
    return a * mask, mask
