"""Flights are answered with the classes 0 and 1, which throws the order away.

Loses: flights
"""

solved_predict_proba = predict_proba


def predict_proba(model, X):
    p = solved_predict_proba(model, X)
    return (p > 0.5).astype(float) if p.ndim == 1 else p
