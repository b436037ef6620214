"""Classes: optimisers are objects that can be called, and the state may be a named tuple."""

from collections import namedtuple

import numpy as np

Moments = namedtuple("Moments", "t mean square")


class Optimiser:
    def __call__(self, theta, grad, state, *, lr, **settings):
        if state is None:
            state = self.start(theta)
        direction, state = self.direction(grad, state, **settings)
        return theta - lr * direction, state

    def start(self, theta):
        return np.zeros_like(theta)


class Momentum(Optimiser):
    def __init__(self, nesterov=False):
        self.nesterov = nesterov

    def direction(self, grad, state, momentum):
        buffer = momentum * state + grad
        return (grad + momentum * buffer if self.nesterov else buffer), buffer


class Adagrad(Optimiser):
    def direction(self, grad, state, eps):
        total = state + grad * grad
        return grad / (total**0.5 + eps), total


class RMSprop(Optimiser):
    def direction(self, grad, state, alpha, eps):
        average = state + (1 - alpha) * (grad * grad - state)
        return grad / (average**0.5 + eps), average


class Adadelta(Optimiser):
    def start(self, theta):
        return {"squares": np.zeros_like(theta), "steps": np.zeros_like(theta)}

    def direction(self, grad, state, rho, eps):
        squares = rho * state["squares"] + (1 - rho) * grad**2
        delta = ((state["steps"] + eps) ** 0.5) * grad / (squares + eps) ** 0.5
        return delta, {"squares": squares, "steps": rho * state["steps"] + (1 - rho) * delta**2}


class Adam(Optimiser):
    def start(self, theta):
        return Moments(0, np.zeros_like(theta), np.zeros_like(theta))

    def direction(self, grad, state, betas, eps):
        t = state.t + 1
        mean = betas[0] * state.mean + (1 - betas[0]) * grad
        square = betas[1] * state.square + (1 - betas[1]) * grad**2
        root = np.sqrt(square / (1 - betas[1] ** t)) + eps
        return mean / (1 - betas[0] ** t) / root, Moments(t, mean, square)


class Minibatches:
    def __call__(self, n, batch_size, rng):
        deck = rng.choice(n, size=n, replace=False)
        hands = []
        while deck.size:
            hands.append(deck[:batch_size])
            deck = deck[batch_size:]
        return hands


class Descent:
    def __call__(self, theta, grad, lr):
        return theta + (-lr) * grad


class Network:
    def __init__(self, params):
        self.Ws = [W.copy() for W, _ in params]
        self.bs = [b.copy() for _, b in params]

    def activations(self, X):
        layers = [X]
        for W, b in zip(self.Ws[:-1], self.bs[:-1], strict=True):
            layers.append((layers[-1] @ W + b).clip(min=0))
        return layers, (layers[-1] @ self.Ws[-1] + self.bs[-1]).ravel()

    def learn(self, X, y, lr):
        layers, logits = self.activations(X)
        delta = (1 / (1 + np.exp(-logits)) - y).reshape(-1, 1) / y.size
        for k in reversed(range(len(self.Ws))):
            dW, db = layers[k].T @ delta, delta.sum(0)
            delta = (delta @ self.Ws[k].T) * (layers[k] > 0)
            self.Ws[k] -= lr * dW
            self.bs[k] -= lr * db

    def loss(self, X, y):
        _, logits = self.activations(X)
        return np.logaddexp(0, logits).mean() - (logits * y).mean()


class Training:
    def __call__(self, X, y, params, *, epochs, batch_size, lr, rng):
        network, history = Network(params), np.empty(epochs)
        for epoch in range(epochs):
            for rows in minibatches(y.size, batch_size, rng):
                network.learn(X[rows], y[rows], lr)
            history[epoch] = network.loss(X, y)
        return list(zip(network.Ws, network.bs, strict=True)), history


sgd_step, minibatches, train = Descent(), Minibatches(), Training()
momentum_step, nesterov_step = Momentum(), Momentum(nesterov=True)
adagrad_step, rmsprop_step, adadelta_step, adam_step = Adagrad(), RMSprop(), Adadelta(), Adam()
