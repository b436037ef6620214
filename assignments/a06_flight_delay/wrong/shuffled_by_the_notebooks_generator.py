"""The weights come from the seed, and the order of the rows from a generator made only once.

Loses: reproducible
"""

rng = np.random.default_rng(0)
solved_fit = fit


def fit(X, y, seed):
    order = rng.permutation(len(X))
    return solved_fit(X[order], y[order], seed)
