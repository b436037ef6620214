"""Networks for the held-out checks: drawn at random, with and without kinks, and measured.

The gradients that count come from the reference; the NumPy below exists to be nudged many times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np

from reference import arrays as reference

Array = np.ndarray[Any, np.dtype[Any]]
STEP, LARGEST_STEP = 1e-5, 1e-3

CURVES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
}
SLOPES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: np.where(z > 0, 1.0, 0.0),
}


def differences(
    f: Callable[[Array], float],
    theta: Array,
    h: float,
    *,
    ahead: float = 1.0,
    behind: float = 1.0,
) -> Array:
    """(f(θ + ahead h e_i) - f(θ - behind h e_i)) / ((ahead + behind) h) for every element of θ."""
    steps = h * np.eye(theta.size).reshape(theta.size, *theta.shape)
    heights = [f(theta + ahead * e) - f(theta - behind * e) for e in steps]
    return np.array(heights).reshape(theta.shape) / ((ahead + behind) * h)


@dataclass(frozen=True)
class Problem:
    """The arguments of `loss_and_grads` and `gradient_check`."""

    X: Array
    y: Array
    params: list[tuple[Array, Array]]
    activation: str
    loss: str

    @property
    def arguments(self) -> tuple[Any, ...]:
        """In the order of the call."""
        return self.X, self.y, self.params, self.activation, self.loss

    @property
    def shape(self) -> str:
        """The sizes in words, for messages."""
        layers = f"{len(self.params)} layer{'s' * (len(self.params) > 1)}"
        rows = f"{len(self.X)} row{'s' * (len(self.X) > 1)}"
        return f'"{self.activation}" and "{self.loss}" on {layers} and {rows}'

    @property
    def theta(self) -> Array:
        """All weights and biases in one row."""
        return flat(self.params)

    def at(self, theta: Array) -> Problem:
        """The same problem with other parameters, given in one row."""
        arrays, start = [], 0
        for array in (array for layer in self.params for array in layer):
            arrays.append(theta[start : start + array.size].reshape(array.shape))
            start += array.size
        params = list(zip(arrays[::2], arrays[1::2], strict=True))
        return Problem(self.X, self.y, params, self.activation, self.loss)

    def loss_at(self, theta: Array) -> float:
        """The loss for parameters given in one row."""
        return loss_of(forward(self.at(theta))[1][-1], self.y, self.loss)

    def grads(self) -> Array:
        """The reference's gradient in one row."""
        return flat(reference.loss_and_grads(*self.arguments)[1])


def flat(layers: Any) -> Array:
    """The arrays of [(W, b), ...] in one row."""
    return np.concatenate([np.ravel(array) for layer in layers for array in layer])


def forward(problem: Problem) -> tuple[list[Array], list[Array]]:
    """What enters each layer, and what leaves it before the activation."""
    inputs, outputs = [problem.X], []
    for W, b in problem.params:
        outputs.append(inputs[-1] @ W + b)
        inputs.append(CURVES[problem.activation](outputs[-1]))
    return inputs[:-1], outputs


def loss_of(logits: Array, y: Array, loss: str) -> float:
    """The mean loss of moderate logits."""
    if loss == "mse":
        return float(np.mean((logits - y) ** 2))
    if loss == "bce":
        return float(np.mean(np.logaddexp(0, logits[:, 0]) - y * logits[:, 0]))
    rows = np.arange(len(y))
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[rows, y]))


def random_widths(rng: np.random.Generator, count: int) -> list[int]:
    """Different widths from 2 to 7, so that a transposed or misplaced array does not fit."""
    return [int(width) for width in rng.permutation(np.arange(2, 8))[:count]]


def draw(
    rng: np.random.Generator, activation: str, loss: str, *, widths: list[int], n: int
) -> Problem:
    """A network of these widths, input first; z stays of order one, biases away from zero."""
    params = []
    for d_in, d_out in pairwise(widths):
        W = rng.normal(scale=1.5 / np.sqrt(d_in), size=(d_in, d_out))
        b = rng.uniform(0.3, 1.0, size=d_out) * rng.choice([-1.0, 1.0], size=d_out)
        params.append((W, b))
    X, k = rng.normal(size=(n, widths[0])), widths[-1]
    y: Array
    if loss == "mse":
        y = rng.normal(size=(n, k))
    elif loss == "bce":
        # Two thirds are ones: with as many ones as zeros, equal rows would cancel each other out.
        y = rng.permutation(np.arange(n) % 3 > 0).astype(np.float64)
    else:
        # The last class never appears: its number is that of the columns, not of the labels.
        y = rng.integers(0, max(1, k - 1), size=n)
    return Problem(X, y, params, activation, loss)


def smooth(
    rng: np.random.Generator,
    activation: str,
    loss: str,
    *,
    widths: list[int],
    n: int,
    dead: bool = False,
    still: bool = False,
) -> Problem:
    """A problem at which any sensible step h measures every slope to within 1e-4 of itself.

    No pre-activation is near a kink and no slope is small, unless it is exactly 0. `dead` puts the
    first hidden neuron far below zero, with tiny weights. `still` has X = 0, as kinks have.
    """
    while True:
        problem = draw(rng, activation, loss, widths=widths, n=n)
        problem.X[:] *= not still
        if dead:
            _put_to_sleep(problem, rng)
        near = min((np.abs(z).min() for z in forward(problem)[1][:-1]), default=1.0)
        size = np.abs(problem.grads())
        if near > 0.05 and np.all((size == 0) | (size > 3e-3)):
            return problem


def _put_to_sleep(problem: Problem, rng: np.random.Generator) -> None:
    """Put the first hidden neuron far below zero, where its slopes are exactly 0."""
    (W, b), (W_next, _), *_ = problem.params
    W[:, 0], W_next[0] = rng.normal(size=len(W)) * 1e-9, rng.normal(size=W_next.shape[1]) * 1e-9
    b[0] = -50.0


def pure_kink(rng: np.random.Generator, loss: str, *, widths: list[int], n: int) -> Problem:
    """X = 0 and b = 0: every hidden pre-activation sits exactly on the kink of relu."""
    problem = draw(rng, "relu", loss, widths=widths, n=n)
    params = [(W, np.zeros_like(b)) for W, b in problem.params]
    return Problem(np.zeros_like(problem.X), problem.y, params, "relu", loss)


def kink_below_the_floor(rng: np.random.Generator) -> Problem:
    """A kink with slopes of 3e-9, or 6e-9 from one side: the denominator is its floor of 1e-8.

    The loss is of about 1e-4, so that its rounding hides nothing from steps down to 1e-7.
    """
    problem = pure_kink(rng, "mse", widths=[2, 3, 2], n=4)
    problem.y[:] *= 1e-2
    missed = problem.grads() == 0
    slopes = differences(problem.loss_at, problem.theta, STEP)
    problem.params[1][0][:] *= 3e-9 / np.abs(slopes[missed]).max()
    return problem


def kink_in_layer(rng: np.random.Generator, place: int, *, widths: list[int], n: int) -> Problem:
    """X = 0, and only hidden layer `place` on the kink: those before it sleep, those after fire."""
    problem = draw(rng, "relu", "mse", widths=widths, n=n)
    params = []
    for layer, (W, b) in enumerate(problem.params):
        sign = (layer > place) - (layer < place)
        # A layer after the kink sees only its bias; a positive one keeps all of it awake.
        params.append((np.abs(W) if layer > place else W, sign * np.abs(b)))
    return Problem(np.zeros_like(problem.X), problem.y, params, "relu", "mse")


def mixed_kink(rng: np.random.Generator) -> Problem:
    """One row and one hidden neuron exactly on the kink, all others well away from it.

    Inputs are multiples of 1/2 and weights of 1/4, so sums are exact in any order, and that
    z is exactly 0. The measured slope holds half of that row's share, backprop nothing of it.
    """
    while True:
        problem = draw(rng, "relu", "mse", widths=[2, 2, 1], n=3)
        X = rng.integers(1, 5, size=(3, 2)) / 2 * rng.choice([-1.0, 1.0], size=(3, 2))
        W = rng.integers(1, 7, size=(2, 2)) / 4 * rng.choice([-1.0, 1.0], size=(2, 2))
        b = np.array([-(X[0] @ W[:, 0]), rng.integers(-4, 5) / 4])
        problem = Problem(X, problem.y, [(W, b), problem.params[1]], "relu", "mse")
        if np.sum(np.abs(X @ W + b) < 0.2) == 1 and _is_steady(problem):
            return problem


def measured(problem: Problem) -> Iterator[Array]:
    """The slopes of the loss: central differences, then one-sided ones, which nothing forbids."""
    yield differences(problem.loss_at, problem.theta, STEP)
    yield differences(problem.loss_at, problem.theta, STEP, behind=0.0)


def _is_steady(problem: Problem) -> bool:
    """Whether every sensible step h finds the same ratio, to within half a per cent."""
    a, ratios = problem.grads(), []
    for h, behind in product((STEP, LARGEST_STEP), (0.0, 1.0)):
        ratios.append(ratio(a, differences(problem.loss_at, problem.theta, h, behind=behind)))
    return all(
        abs(large - small) < 0.005 * small
        for small, large in zip(ratios[:2], ratios[2:], strict=True)
    )


def ratio(a: Array, b: Array) -> float:
    """What `gradient_check` returns for the gradients a and b."""
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))
