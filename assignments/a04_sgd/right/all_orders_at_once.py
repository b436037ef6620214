"""The orders of all epochs are drawn before the first one; sums are written as einsum."""

import numpy as np


def minibatches(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    pieces = -(-n // batch_size)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(pieces)]


def gradients(X, y, params):
    inputs = []
    for W, b in params:
        inputs.append(X)
        X = np.einsum("ni,ij->nj", X, W) + b
        X, logits = np.where(X > 0, X, 0.0), X
    delta = 0.5 + 0.5 * np.tanh(logits / 2) - y[:, np.newaxis]
    grads = []
    for A, (W, _) in zip(inputs[::-1], params[::-1], strict=True):
        grads.insert(0, (np.einsum("ni,nj->ij", A, delta) / len(y), delta.mean(axis=0)))
        delta = np.einsum("nj,ij,ni->ni", delta, W, np.sign(np.maximum(A, 0)))
    return grads, np.mean(np.logaddexp(0, np.where(y > 0, -logits[:, 0], logits[:, 0])))


def train(X, y, params, *, epochs, batch_size, lr, rng):
    orders = rng.permuted(np.tile(np.arange(len(X)), (epochs, 1)), axis=1)
    history = np.zeros(epochs)
    for epoch, order in enumerate(orders):
        shuffled_X, shuffled_y = X[order], y[order]
        for start in range(0, len(X), batch_size):
            batch = slice(start, start + batch_size)
            grads, _ = gradients(shuffled_X[batch], shuffled_y[batch], params)
            params = [
                tuple(sgd_step(theta, grad, lr) for theta, grad in zip(*pair, strict=True))
                for pair in zip(params, grads, strict=True)
            ]
        history[epoch] = gradients(X, y, params)[1]
    return params, history


def nesterov_step(theta, grad, state, *, lr, momentum):
    # The look-ahead written out: the velocity before this step, twice damped.
    before = np.zeros(theta.shape) if state is None else np.asarray(state)
    step = momentum**2 * before + (1 + momentum) * grad
    return theta - lr * step, (momentum * before + grad).tolist()
