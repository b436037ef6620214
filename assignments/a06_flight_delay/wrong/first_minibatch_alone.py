"""The training loop returns too early, so that only its first minibatch of 16 rows is learned.

Loses: flights, digits
"""

solved_fit = fit


def fit(X, y, seed):
    return solved_fit(X[:16], y[:16], seed)
