"""Digits come back with a row for each class.

Loses: digits
"""

solved_predict_proba = predict_proba


def predict_proba(model, X):
    return solved_predict_proba(model, X).T
