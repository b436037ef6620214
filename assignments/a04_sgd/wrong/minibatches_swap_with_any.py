"""The shuffle swaps each place with any other, so some orders come more often.

Loses: minibatches
"""


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    for place in range(n):
        other = int(rng.integers(n))
        order[place], order[other] = order[other], order[place]
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
