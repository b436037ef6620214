"""A module with a generator of its own; flights answered in two columns, both as tensors."""

from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, X, k):
        super().__init__()
        self.register_buffer("mean", X.mean(dim=0))
        self.register_buffer("std", X.std(dim=0).clamp(min=1e-6))
        self.layers = nn.Sequential(nn.Linear(X.shape[1], 40), nn.Tanh(), nn.Linear(40, k))

    def forward(self, X):
        return self.layers((X - self.mean) / self.std)


def fit(X, y, seed):
    torch.manual_seed(seed)
    shuffling = torch.Generator().manual_seed(seed)
    inputs, labels = torch.from_numpy(X), torch.from_numpy(y).long()
    net = Net(inputs, len(np.unique(y))).double()
    rows = TensorDataset(inputs, labels)
    loader = DataLoader(rows, batch_size=100, shuffle=True, generator=shuffling)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    for _ in range(10 if len(y) > 2000 else 40):
        for batch, target in loader:
            loss = nn.functional.cross_entropy(net(batch), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


@torch.no_grad()
def predict_proba(model, X):
    return model(torch.from_numpy(X)).softmax(dim=1)
