"""Each batch is a fresh draw from all rows.

Loses: train
"""


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history = []
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = rng.integers(len(X), size=min(batch_size, len(X) - start))
            _, grads = loss_and_grads(X[rows], y[rows], params)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history.append(loss_and_grads(X, y, params)[0])
    return params, history
