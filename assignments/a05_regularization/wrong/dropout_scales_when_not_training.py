"""The paper's dropout: no scale in training, 1 - p afterwards.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training:
        return a * (1 - p), np.full(a.shape, 1 - p)
    mask = (rng.random(a.shape) >= p) * 1.0
    return a * mask, mask
