"""The parameters of the epoch with the least loss come back instead of the last.

Loses: train
"""


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history, best = [], params
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            _, grads = loss_and_grads(X[rows], y[rows], params)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history.append(loss_and_grads(X, y, params)[0])
        if history[-1] == min(history):
            best = params
    return best, history
