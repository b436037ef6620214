"""What an honest gradient check may answer, given the two gradients it compares.

A gradient check reports on other code. Where that code is the student's own `loss_and_grads` or
`numerical_gradient` and is wrong, an honest check says so, and must not lose points for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from networks import STEP, Array, Problem, differences, flat, ratio

from autograder.checks import Finding, as_array, as_scalar, unpack

SMALL = 1e-4


def agrees(value: float, expected: float) -> bool:
    """Whether a result is the expected one; what rounding alone gives just has to be small.

    1% leaves room for any step from 1e-7 to 1e-3. The kinks are drawn so that no known mistake
    comes nearer than 5%.
    """
    if expected < SMALL:
        return 0 <= value < SMALL
    return abs(value - expected) < 0.01 * expected


def is_honest(student: Any, problem: Problem, value: float) -> bool:
    """Whether the value is right for some pair of the right gradients and the student's own."""
    derived = [problem.grads(), *_usable([lambda: _own_backprop(student, problem)])]
    ways = [lambda: _own_differences(student, problem), lambda: _own_loss(student, problem)]
    slopes = [*measured(problem), *_usable(ways)]
    return any(agrees(value, ratio(a, b)) for a, b in product(derived, slopes))


def measured(problem: Problem) -> Iterator[Array]:
    """The slopes of the loss: central differences, then one-sided ones, which nothing forbids."""
    yield differences(problem.loss_at, problem.theta, STEP)
    yield differences(problem.loss_at, problem.theta, STEP, behind=0.0)


def _usable(ways: list[Callable[[], Array]]) -> Iterator[Array]:
    for way in ways:
        try:
            yield way()
        except Finding:
            continue


def _own_backprop(student: Any, problem: Problem) -> Array:
    _, layers = unpack(student.loss_and_grads(*problem.arguments), 2)
    grads = [unpack(layer, 2) for layer in unpack(layers, len(problem.params))]
    return flat(
        [as_array(part, shape=like.shape) for part, like in zip(layer, params, strict=True)]
        for layer, params in zip(grads, problem.params, strict=True)
    )


def _own_differences(student: Any, problem: Problem) -> Array:
    return flat(
        [as_array(student.numerical_gradient(loss, array), shape=array.shape)]
        for array, loss in problem.pieces()
    )


def _own_loss(student: Any, problem: Problem) -> Array:
    def loss_at(theta: Array) -> float:
        loss, _ = unpack(student.loss_and_grads(*problem.at(theta).arguments), 2)
        return as_scalar(loss)

    return differences(loss_at, problem.theta, STEP)
