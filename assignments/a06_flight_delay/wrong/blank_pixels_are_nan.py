"""A pixel that is blank in every training row is divided by its standard deviation of 0.

Loses: digits
"""

solved_fit = fit


def fit(X, y, seed):
    return {**solved_fit(X, y, seed), "scale": X.std(axis=0)}
