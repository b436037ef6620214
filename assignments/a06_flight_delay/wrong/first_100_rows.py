"""The training set is cut to its first 100 rows, as in a first attempt that had to be quick.

Loses: flights, digits
"""

solved_fit = fit


def fit(X, y, seed):
    return solved_fit(X[:100], y[:100], seed)
