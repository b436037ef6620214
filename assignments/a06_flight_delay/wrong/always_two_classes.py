"""The network has two outputs, however many classes there are.

Loses: digits
"""

solved_fit = fit


def fit(X, y, seed):
    if y.dtype.kind == "f":
        return solved_fit(X, y, seed)
    torch.manual_seed(seed)
    mean, scale = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9)
    net = nn.Linear(X.shape[1], 2)
    Z, labels = torch.tensor((X - mean) / scale, dtype=torch.float32), torch.tensor(y)
    nn.functional.cross_entropy(net(Z), labels).backward()
    return {"net": net, "mean": mean, "scale": scale, "binary": False}
