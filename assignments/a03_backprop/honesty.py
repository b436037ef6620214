"""Judging `gradient_check` whatever the functions that it calls return.

A gradient check reports on other code. Where that code is the student's own and is wrong, an honest
check says so, and must not lose points for it. But nobody who is judged may be asked whether it is
right. So what each answer must be is known before the call; and where one is not, the whole check
is done once more, on other networks, in a process that was told nothing, in which the functions of
the other questions are the reference's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from mistakes import misjudged
from networks import STEP, Array, Problem, differences, measured, pure_kink, ratio, smooth

from autograder.checks import as_scalar, excusing, fail
from reference import arrays as reference

SMALL = 1e-4
# A network and what a right check may answer for it.
Expectation = tuple[Problem, list[float]]


def slopes_of(f: Callable[[Array], float], theta: Array, h: float = STEP) -> Array:
    """Central differences, as `numerical_gradient` of another question gives them."""
    return differences(f, np.asarray(theta, dtype=np.float64), h)


OTHERS = {
    "numerical_gradient": slopes_of,
    "dense_backward": reference.dense_backward,
    "activation_backward": reference.activation_backward,
    "loss_and_grads": reference.loss_and_grads,
}


def agrees(value: float, expected: float) -> bool:
    """Whether a result is the expected one; what rounding alone gives just has to be small.

    1% leaves room for any step from 1e-7 to 1e-3. The kinks are drawn so that no known mistake
    comes nearer than 5%.
    """
    if expected < SMALL:
        return 0 <= value < SMALL
    return abs(value - expected) < 0.01 * expected


def ratios_of(problem: Problem) -> list[float]:
    """What a right check answers at a kink, by central and by one-sided differences."""
    return [ratio(problem.grads(), slopes) for slopes in measured(problem)]


def tossed(rng: np.random.Generator, count: int = 8) -> Iterator[Expectation]:
    """Tiny networks, of which the toss of a coin says whether they are on the kink.

    Whoever knows by heart which answers are small gets through with probability 2**-count.
    """
    for kink in rng.integers(2, size=count):
        if kink:
            yield pure_kink(rng, "mse", widths=[1, 1, 1], n=1), [1.0]
        else:
            yield smooth(rng, "relu", "mse", widths=[1, 1, 1], n=1, still=True), [0.0]


def check_gradient_checks(
    student: Any, rng: np.random.Generator, draw: Callable[[], Iterable[Expectation]]
) -> None:
    """Right answers for all the networks that are drawn, by the student's functions or by others.

    One kind of network calls for small answers and one for large ones, so neither pays alone; and
    the second time is no second guess at the same networks.
    """
    complaint = _first_wrong(student, _shuffled(rng, draw))
    if complaint is None:
        return
    again: tuple[str, str] | None = complaint
    with student.fresh(**OTHERS) as other, excusing():
        again = _first_wrong(other, _shuffled(rng, draw))
    if again is not None:
        fail(*complaint)


def _shuffled(
    rng: np.random.Generator, draw: Callable[[], Iterable[Expectation]]
) -> list[Expectation]:
    """The networks in random order; what is expected of each is known before any is asked."""
    drawn = list(draw())
    return [drawn[place] for place in rng.permutation(len(drawn))]


def _first_wrong(student: Any, problems: list[Expectation]) -> tuple[str, str] | None:
    """The sentence and the hint for the first wrong number, or None when all are right."""
    for problem, expected in problems:
        answer = student.gradient_check(*problem.arguments)
        value = as_scalar(answer, what=f"`gradient_check` for {problem.shape}")
        if not any(agrees(value, each) for each in expected):
            return _complaint(problem, value, expected[0])
    return None


def _complaint(problem: Problem, value: float, expected: float) -> tuple[str, str]:
    message = f"`gradient_check` for {problem.shape} is {value:.4g}, expected "
    if not np.isfinite(value):
        return f"{message}a number.", "0 / 0: the denominator is never below 1e-8."
    if expected < SMALL:
        return f"{message}less than {SMALL:g}, since backprop is right there.", ""
    wrong = misjudged(problem, problem.grads(), next(measured(problem)))
    hint = next((hint for hint, mistaken in wrong if agrees(value, mistaken)), "")
    return f"{message}{expected:.4g}, since a relu is on its kink there.", hint
