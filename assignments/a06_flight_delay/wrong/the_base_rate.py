"""Every row gets the shares of the classes among the training rows.

Loses: flights, digits
"""


def fit(X, y, seed):
    return y.mean() if y.dtype.kind == "f" else np.bincount(y) / len(y)


def predict_proba(model, X):
    return np.repeat([model], len(X), axis=0)
