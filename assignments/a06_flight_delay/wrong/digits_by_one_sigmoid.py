"""Digits are answered with a single probability for each row.

Loses: digits
"""


def predict_proba(model, X):
    Z = torch.tensor((X - model["mean"]) / model["scale"], dtype=torch.float32)
    with torch.no_grad():
        return torch.sigmoid(model["net"](Z)[:, 0])
