"""Flights are fed in raw, to a linear model trained by plain gradient descent.

Loses: flights
"""

solved_fit = fit


def fit(X, y, seed):
    if y.dtype.kind != "f":
        return solved_fit(X, y, seed)
    torch.manual_seed(seed)
    net = nn.Linear(X.shape[1], 1)
    inputs, target = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(10):
        for rows in torch.randperm(len(X)).split(128):
            optimizer.zero_grad()
            logits = net(inputs[rows])[:, 0]
            nn.functional.binary_cross_entropy_with_logits(logits, target[rows]).backward()
            optimizer.step()
    return {"net": net, "mean": 0.0, "scale": 1.0, "binary": True}
