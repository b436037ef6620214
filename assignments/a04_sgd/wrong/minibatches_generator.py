"""The pieces are yielded one by one instead of returned as a list.

Loses: minibatches
"""


def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
