"""The network is left in training mode, so dropout goes on in predict_proba.

Loses: reproducible
"""

solved_fit = fit


def fit(X, y, seed):
    model = solved_fit(X, y, seed)
    model["net"].train()
    return model
