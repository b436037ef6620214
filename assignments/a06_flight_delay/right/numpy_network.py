"""The course's own NumPy: a class with manual backpropagation, momentum and a decaying rate."""


class Network:
    def __init__(self, X, y, seed):
        rng = np.random.default_rng(seed)
        self.k = 2 if y.dtype == np.float64 else y.max() + 1
        self.low, self.span = X.min(axis=0), np.ptp(X, axis=0) + 1e-9
        targets = np.eye(self.k)[y.astype(int)]
        Z = self.scaled(X)
        sizes = [X.shape[1], 48, self.k]
        self.W = [rng.normal(size=(a, b)) * np.sqrt(2 / a) for a, b in (sizes[:2], sizes[1:])]
        self.b = [np.zeros(b) for b in sizes[1:]]
        v = [np.zeros_like(part) for part in (*self.W, *self.b)]
        for epoch in range(40):
            order = rng.permutation(len(X))
            for start in range(0, len(X), 64):
                rows = order[start : start + 64]
                hidden = np.maximum(Z[rows] @ self.W[0] + self.b[0], 0)
                slope = (self.softmax(hidden @ self.W[1] + self.b[1]) - targets[rows]) / len(rows)
                back = slope @ self.W[1].T * (hidden > 0)
                grads = [Z[rows].T @ back, hidden.T @ slope, back.sum(axis=0), slope.sum(axis=0)]
                for part, grad, speed in zip((*self.W, *self.b), grads, v):
                    speed *= 0.9
                    speed += grad + 1e-4 * part
                    part -= 0.1 * (1 - epoch / 40) * speed

    def scaled(self, X):
        return 4 * (X - self.low) / self.span - 2

    def softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def predict(self, X):
        hidden = np.maximum(self.scaled(X) @ self.W[0] + self.b[0], 0)
        return self.softmax(hidden @ self.W[1] + self.b[1])


def fit(X, y, seed):
    return Network(X, y, seed)


def predict_proba(model, X):
    p = model.predict(X)
    return p[:, 1].astype(np.float32) if model.k == 2 else p
