"""fit subtracts the mean from the caller's own rows.

Loses: flights, digits, reproducible
"""

solved_fit = fit


def fit(X, y, seed):
    mean, scale = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9)
    X -= mean
    X /= scale
    model = solved_fit(X, y, seed)
    return {**model, "mean": mean, "scale": scale}
