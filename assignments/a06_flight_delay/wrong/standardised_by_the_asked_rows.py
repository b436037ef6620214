"""predict_proba standardises with the mean and the standard deviation of the rows it is asked.

Loses: flights, digits
"""


def predict_proba(model, X):
    scale = X.std(axis=0)
    Z = torch.tensor((X - X.mean(axis=0)) / np.where(scale > 0, scale, 1), dtype=torch.float32)
    with torch.no_grad():
        logits = model["net"](Z)
    return torch.sigmoid(logits[:, 0]) if model["binary"] else torch.softmax(logits, dim=1)
