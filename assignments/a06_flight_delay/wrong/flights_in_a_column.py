"""The network's single column is returned as it is, of shape (n, 1).

Loses: flights
"""

solved_predict_proba = predict_proba


def predict_proba(model, X):
    p = solved_predict_proba(model, X)
    return p[:, None] if p.ndim == 1 else p
