"""The rows are shuffled before training, and the labels are not.

Loses: flights, digits
"""

solved_fit = fit


def fit(X, y, seed):
    return solved_fit(X[np.random.default_rng(seed).permutation(len(X))], y, seed)
