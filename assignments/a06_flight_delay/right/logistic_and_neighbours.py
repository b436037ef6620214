"""NumPy alone: logistic regression on squares and products, nearest neighbours for digits."""


def with_products(Z):
    products = [Z[:, i] * Z[:, j] for i in range(Z.shape[1]) for j in range(i + 1)]
    return np.column_stack([np.ones(len(Z)), Z, *products])


def fit(X, y, seed):
    if y.dtype.kind != "f":
        return X.copy(), y.copy()
    mean, scale = X.mean(axis=0), X.std(axis=0)
    A = with_products((X - mean) / scale)
    w = np.zeros(A.shape[1])
    for _ in range(8):  # Newton's method
        p = 1 / (1 + np.exp(-A @ w))
        curvature = (A * (p * (1 - p))[:, None]).T @ A + 1e-3 * np.eye(len(w))
        w += np.linalg.solve(curvature, A.T @ (y - p))
    return mean, scale, w


def predict_proba(model, X):
    if len(model) == 3:
        mean, scale, w = model
        return 1 / (1 + np.exp(-with_products((X - mean) / scale) @ w))
    rows, labels = model
    votes = np.zeros((len(X), labels.max() + 1))
    for place, x in enumerate(X):
        near = np.argsort(((rows - x) ** 2).sum(axis=1))[:3]
        for rank, neighbour in enumerate(near):
            votes[place, labels[neighbour]] += 1 / (rank + 1)
    return votes
