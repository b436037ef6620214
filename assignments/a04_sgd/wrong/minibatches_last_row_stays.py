"""The shuffle stops one short: the last row never moves.

Loses: minibatches
"""


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    for place in range(n - 1):
        other = int(rng.integers(place, n - 1))
        order[place], order[other] = order[other], order[place]
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
