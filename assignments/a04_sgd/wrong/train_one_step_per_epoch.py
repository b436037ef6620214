"""Each epoch is a single step on all rows.

Loses: train, convergence
"""


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in [0]:
            rows = order[start:]
            _, grads = loss_and_grads(X[rows], y[rows], params)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history.append(loss_and_grads(X, y, params)[0])
    return params, history
