"""The shuffle never swaps a place with itself, so no row keeps its place.

Loses: minibatches
"""


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    for place in range(n - 1, 0, -1):
        other = int(rng.integers(0, place))
        order[place], order[other] = order[other], order[place]
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
