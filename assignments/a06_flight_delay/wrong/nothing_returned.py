"""fit trains and forgets to return the model.

Loses: flights, digits, reproducible
"""

solved_fit = fit


def fit(X, y, seed):
    model = solved_fit(X[:500], y[:500], seed)
    model["net"].eval()
