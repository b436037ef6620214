"""The network sees the two inputs of the lecture only.

Loses: flights
"""

solved_fit, solved_predict_proba = fit, predict_proba


def fit(X, y, seed):
    return solved_fit(X[:, :2] if X.shape[1] == 4 else X, y, seed)


def predict_proba(model, X):
    return solved_predict_proba(model, X[:, :2] if X.shape[1] == 4 else X)
