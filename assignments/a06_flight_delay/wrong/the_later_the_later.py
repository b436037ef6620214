"""Nothing is learned about flights: the prediction is the hour of the day.

Loses: flights
"""

solved_predict_proba = predict_proba


def predict_proba(model, X):
    return X[:, 3] / 24 if X.shape[1] == 4 else solved_predict_proba(model, X)
