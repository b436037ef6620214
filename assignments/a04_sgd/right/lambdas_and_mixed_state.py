"""Lambdas, states of every plain kind, and random keys sorted instead of a permutation."""

import numpy as np

sgd_step = lambda theta, grad, lr: np.subtract(theta, np.multiply(lr, grad))


def minibatches(n, batch_size, rng):
    order = np.argsort(rng.random(n)).astype(np.int32)
    return tuple(np.split(order, np.arange(batch_size, n, batch_size)))


def momentum_step(theta, grad, state, *, lr, momentum):
    buffer = momentum * (state or {0: 0.0})[0] + grad
    return [theta - lr * buffer, {0: buffer}]


nesterov_step = lambda theta, grad, state, **kw: (
    theta - kw["lr"] * (grad + kw["momentum"] * (kw["momentum"] * (state or [0.0])[0] + grad)),
    [kw["momentum"] * (state or [0.0])[0] + grad],
)


def adagrad_step(theta, grad, state, *, lr, eps):
    # Every gradient so far: slow, and right all the same.
    grads = [*(state or []), grad]
    return theta - lr * grad / (np.linalg.norm(grads, axis=0) + eps), grads


def rmsprop_step(theta, grad, state, *, lr, alpha, eps):
    state = (state if state is not None else 0) * alpha + np.square(grad) * (1 - alpha)
    return theta - lr / (eps + np.sqrt(state)) * grad, state


def adadelta_step(theta, grad, state, *, lr, rho, eps):
    memory = np.zeros((2, *theta.shape)) if state is None else state
    squares = rho * memory[0] + (1 - rho) * grad**2
    delta = np.sqrt((memory[1] + eps) / (squares + eps)) * grad
    return theta - lr * delta, np.stack([squares, rho * memory[1] + (1 - rho) * delta**2])


def adam_step(theta, grad, state, *, lr, betas, eps):
    # The powers of the betas are carried instead of the number of steps.
    powers, moments = state or ((1.0, 1.0), (0.0, 0.0))
    powers = tuple(power * beta for power, beta in zip(powers, betas, strict=True))
    moments = tuple(
        beta * moment + (1 - beta) * grad**place
        for place, (beta, moment) in enumerate(zip(betas, moments, strict=True), start=1)
    )
    mean, square = (moment / (1 - power) for moment, power in zip(moments, powers, strict=True))
    return theta - lr * mean / (np.sqrt(square) + eps), (powers, moments)
