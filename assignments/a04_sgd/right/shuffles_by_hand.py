"""The shuffle of the textbooks, swap by swap; a velocity of lists; children of rng."""


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    for place in range(n - 1, 0, -1):
        other = int(rng.integers(0, place + 1))
        order[place], order[other] = order[other], order[place]
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def momentum_step(theta, grad, state, *, lr, momentum):
    velocity = grad if state is None else momentum * np.array(state["v"]) + grad
    return theta - lr * velocity, {"v": velocity.tolist(), "kind": "momentum"}


def train(X, y, params, *, epochs, batch_size, lr, rng):
    history = []
    for child in rng.spawn(epochs):
        for rows in minibatches(len(X), batch_size, child):
            grads = loss_and_grads(X[rows], y[rows], params)[1]
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
        history.append(loss_and_grads(X, y, params)[0])
    return params, history
