"""Flights get the probability of the class 0.

Loses: flights
"""

solved_predict_proba = predict_proba


def predict_proba(model, X):
    p = solved_predict_proba(model, X)
    return 1 - p if p.ndim == 1 else p
