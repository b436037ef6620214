"""The given list of layers is overwritten.

Loses: train
"""


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            _, grads = loss_and_grads(X[rows], y[rows], params)
            for k, ((W, b), (dW, db)) in enumerate(zip(list(params), grads, strict=True)):
                params[k] = (W - lr * dW, b - lr * db)
        history.append(loss_and_grads(X, y, params)[0])
    return params, history
