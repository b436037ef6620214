"""Random numbers come from NumPy's global generator.

Loses: dropout
"""


def dropout(a, p, rng, training=True):
    if not training or p == 0:
        return a, np.ones_like(a)
    mask = (np.random.rand(*a.shape) >= p) / (1 - p)
    return a * mask, mask
