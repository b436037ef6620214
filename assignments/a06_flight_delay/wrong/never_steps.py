"""The loop computes gradients and forgets the optimizer's step.

Loses: flights, digits
"""


def fit(X, y, seed):
    torch.manual_seed(seed)
    binary = y.dtype.kind == "f"
    mean, scale = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9)
    Z = torch.tensor((X - mean) / scale, dtype=torch.float32)
    net = nn.Sequential(
        nn.Linear(X.shape[1], 32), nn.ReLU(), nn.Linear(32, 1 if binary else int(y.max()) + 1)
    )
    for _ in range(5):
        net.zero_grad()
        net(Z).square().mean().backward()
    return {"net": net, "mean": mean, "scale": scale, "binary": binary}
