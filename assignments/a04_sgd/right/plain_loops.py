"""Loops over single elements, and a shuffle by hand that draws integers."""

import math

import numpy as np


def sgd_step(theta, grad, lr):
    result = theta.copy()
    for place in np.ndindex(theta.shape):
        result[place] -= lr * grad[place]
    return result


def minibatches(n, batch_size, rng):
    deck = list(range(n))
    for last in range(n - 1, 0, -1):
        other = int(rng.integers(0, last + 1))
        deck[last], deck[other] = deck[other], deck[last]
    pieces = []
    for place, card in enumerate(deck):
        if place % batch_size == 0:
            pieces.append([])
        pieces[-1].append(card)
    return [np.array(piece) for piece in pieces]


def adam_step(theta, grad, state, *, lr, betas, eps):
    if state is None:
        state = [0, [0.0] * theta.size, [0.0] * theta.size]
    t, means, squares = state[0] + 1, [], []
    result = []
    for x, g, m, v in zip(theta.flat, grad.flat, state[1], state[2], strict=True):
        means.append(betas[0] * m + (1 - betas[0]) * g)
        squares.append(betas[1] * v + (1 - betas[1]) * g * g)
        m_hat, v_hat = means[-1] / (1 - betas[0] ** t), squares[-1] / (1 - betas[1] ** t)
        result.append(x - lr * m_hat / (math.sqrt(v_hat) + eps))
    return np.array(result).reshape(theta.shape), [t, means, squares]


def forward(x, params):
    layers = [[float(value) for value in x]]
    for k, (W, b) in enumerate(params):
        outputs = []
        for j in range(len(b)):
            z = b[j] + sum(layers[-1][i] * W[i][j] for i in range(len(W)))
            outputs.append(z if k == len(params) - 1 else max(z, 0.0))
        layers.append(outputs)
    return layers


def sigmoid_of(z):
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def add_gradient(sums, x, target, params):
    layers = forward(x, params)
    delta = [sigmoid_of(layers[-1][0]) - target]
    for k in range(len(params) - 1, -1, -1):
        W, inputs, before = params[k][0], layers[k], []
        for i in range(len(W)):
            before.append(sum(W[i][j] * delta[j] for j in range(len(delta))))
            for j in range(len(delta)):
                sums[k][0][i][j] += inputs[i] * delta[j]
        for j in range(len(delta)):
            sums[k][1][j] += delta[j]
        delta = [d if a > 0 else 0.0 for d, a in zip(before, inputs, strict=True)]


def one_loss(x, target, params):
    z = forward(x, params)[-1][0]
    return max(z, 0.0) - z * target + math.log1p(math.exp(-abs(z)))


def train(X, y, params, *, epochs, batch_size, lr, rng):
    layers = [(W.tolist(), b.tolist()) for W, b in params]
    history = []
    for _ in range(epochs):
        for rows in minibatches(len(X), batch_size, rng):
            sums = [([[0.0] * len(W[0]) for _ in W], [0.0] * len(b)) for W, b in layers]
            for row in rows:
                add_gradient(sums, X[row], y[row], layers)
            for (W, b), (dW, db) in zip(layers, sums, strict=True):
                for j in range(len(b)):
                    b[j] -= lr * db[j] / len(rows)
                    for i in range(len(W)):
                        W[i][j] -= lr * dW[i][j] / len(rows)
        losses = [one_loss(x, target, layers) for x, target in zip(X, y, strict=True)]
        history.append(np.array(sum(losses) / len(losses)))
    return tuple([np.array(W), np.array(b)] for W, b in layers), tuple(history)
