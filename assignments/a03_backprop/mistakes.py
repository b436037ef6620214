"""What known mistakes would answer, so that a hint can name them.

`backprop` here is NumPy's own and can go wrong on purpose; what is right comes from the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from networks import (
    CURVES,
    SLOPES,
    STEP,
    Array,
    Problem,
    differences,
    flat,
    forward,
    measured,
    mixed_kink,
    ratio,
)

Layers = list[tuple[Array, Array]]


def backprop(
    problem: Problem,
    *,
    slope: Callable[[Array], Array] | None = None,
    slope_of: str = "outputs",
    last: bool = False,
) -> Layers:
    """Backprop, right or with another slope, slopes of the output, or one after the last layer."""
    slope = slope or SLOPES[problem.activation]
    inputs, outputs = forward(problem)
    logits, y = outputs[-1], problem.y
    if problem.loss == "mse":
        dZ = 2 * (logits - y) / logits.size
    elif problem.loss == "bce":
        dZ = (CURVES["sigmoid"](logits) - y[:, None]) / len(y)
    else:
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        dZ = (shares - np.eye(logits.shape[1])[y]) / len(y)
    if last:
        dZ = dZ * SLOPES[problem.activation if problem.loss == "mse" else "sigmoid"](logits)
    grads = []
    for layer in reversed(range(len(problem.params))):
        grads.append((inputs[layer].T @ dZ, dZ.sum(axis=0)))
        if layer:
            z = outputs[layer - 1] if slope_of == "outputs" else inputs[layer]
            dZ = dZ @ problem.params[layer][0].T * slope(z)
    return grads[::-1]


def slope_mistakes(
    f: Callable[[Array], float], theta: Array, right: Array, h: float
) -> dict[str, Array]:
    """Slopes that known mistakes measure with the step h."""
    all_at_once = np.full(theta.shape, (f(theta + h) - f(theta - h)) / (2 * h))
    mistakes = {
        "Move one element at a time: all the others stay where they are.": all_at_once,
        "Divide by 2h: the two points are 2h apart.": 2 * right,
        "Divide by 2h: the difference alone is not a slope.": 2 * h * right,
        "The forward difference: step to both sides of theta.": differences(
            f, theta, h, behind=0.0
        ),
        "The backward difference: step to both sides of theta.": differences(
            f, theta, h, ahead=0.0
        ),
        "The sign is wrong: f(theta + h) comes first.": -right,
        "The step is the h that was given.": differences(f, theta, STEP),
        "The step is h itself, whatever the size of the element.": _growing_steps(f, theta, h),
    }
    if h == STEP:
        for other in ("1e-4", "1e-6"):
            hint = f"The default step is 1e-5, not {other}."
            mistakes[hint] = differences(f, theta, float(other))
    return mistakes


def _growing_steps(f: Callable[[Array], float], theta: Array, h: float) -> Array:
    """Central differences whose step grows with the element, a habit from elsewhere."""
    slopes = np.zeros(theta.shape)
    for place, value in np.ndenumerate(theta):
        step = np.zeros(theta.shape)
        step[place] = h * max(1.0, abs(value))
        slopes[place] = (f(theta + step) - f(theta - step)) / (2 * step[place])
    return slopes


def activation_mistakes(dA: Array, z: Array, activation: str) -> dict[str, Array]:
    """What known mistakes return for dZ."""
    curve, slope = CURVES[activation], SLOPES[activation]
    of_the_output = {"sigmoid": z * (1 - z), "tanh": 1 - z**2}.get(activation, slope(z))
    mistakes = {
        "Multiply by dA: the slope alone is not the gradient.": slope(z),
        "Multiply dA by the slope of the activation at z.": dA,
        "This multiplies by the activation; it takes its slope.": dA * curve(z),
        "z is the pre-activation: the slope is taken at z, not at the output.": dA * of_the_output,
        "The slope is taken at z, not at the activation.": dA * slope(curve(z)),
        "The slope is taken at z, not at dA.": dA * slope(dA),
        "The forward pass of dA; backwards it is dA times the slope at z.": curve(dA),
    }
    for other in SLOPES:
        if other != activation:
            mistakes[f"This is the slope of {other}."] = dA * SLOPES[other](z)
    if activation == "relu":
        mistakes["At z = 0 the slope of relu is 0, not 1."] = dA * np.heaviside(z, 1.0)
        mistakes["At z = 0 the slope of relu is 0, not 1/2."] = dA * np.heaviside(z, 0.5)
    return mistakes


def loss_mistakes(problem: Problem, loss: float) -> dict[str, float]:
    """Values of the loss that known mistakes give."""
    n, d = len(problem.y), problem.params[-1][1].size
    mistakes = {"The loss is a mean over the rows, not a sum.": loss * n}
    if problem.loss == "mse":
        mistakes |= {
            "Average over all n * d elements, not over the n rows.": loss * d,
            "The loss is a mean over the elements, not a sum.": loss * n * d,
            "The mean squared error of this course has no factor 1/2.": loss / 2,
            "The loss is the mean of the squares, without a root.": np.sqrt(loss),
        }
    return mistakes


def grads_mistakes(problem: Problem, right: Layers) -> dict[str, Layers]:
    """Gradients that known mistakes give."""
    n, d = len(problem.y), problem.params[-1][1].size

    def times(factor: float) -> Layers:
        return [(factor * dW, factor * db) for dW, db in right]

    mistakes = {
        "db is the sum over the rows; the mean divides by n once more.": [
            (dW, db / n) for dW, db in right
        ],
        "The factor 1/n of the mean is missing.": times(n),
        "The factor 1/n of the mean is there twice.": times(1 / n),
        "The sign is wrong: prediction minus target.": times(-1),
        "The gradients belong in the order of params.": right[::-1],
        "The output layer is linear: it has no slope to multiply by.": backprop(problem, last=True),
        "relu'(0) is 0, not 1.": backprop(problem, slope=lambda z: np.heaviside(z, 1.0)),
        "The slope of the hidden activation is missing.": backprop(problem, slope=np.ones_like),
        "The slope is taken at z, not at the activation.": backprop(problem, slope_of="inputs"),
        "Multiply by the slope of the activation, not by the activation.": backprop(
            problem, slope=CURVES[problem.activation]
        ),
    }
    if problem.loss == "mse":
        mistakes["The square brings a factor 2."] = times(0.5)
        mistakes["Average over all n * d elements, not over the n rows."] = times(d)
    for name in SLOPES:
        if name != problem.activation:
            hint = f"This uses the slope of {name}."
            mistakes[hint] = backprop(problem, slope=SLOPES[name])
    return mistakes


def misjudged(problem: Problem, a: Array, b: Array) -> Iterator[tuple[str, float]]:
    """A hint for each mistaken gradient check, and what it returns for the gradients a and b."""
    gap, size = np.abs(a - b), np.abs(a) + np.abs(b)
    floor = np.full(a.shape, 1e-8)
    each, signed = gap / np.maximum(floor, size), (a - b) / np.maximum(floor, size)
    layers = [(np.zeros_like(W), np.ones_like(b)) for W, b in problem.params]
    bias = flat(layers) > 0
    below = "The denominator is abs(a) + abs(b), with 1e-8 as its floor."
    yield "At a kink the two differ: is b really measured, for every bias too?", 0.0
    yield "The biases count too.", each[~bias].max()
    yield "The weights count too.", each[bias].max()
    yield "Divide abs(a - b) by max(1e-8, abs(a) + abs(b)).", gap.max()
    yield "The result is the largest of the ratios, not their mean.", each.mean()
    yield "The result is the largest of the ratios, not their sum.", each.sum()
    yield "The result is the largest of the ratios, not the smallest.", each.min()
    yield "The result is the largest of the ratios, not their median.", np.median(each)
    yield "Take the absolute value of a - b.", signed.max()
    yield "Take the absolute value of a - b.", -signed.min()
    yield below, np.max(gap / np.maximum(floor, np.maximum(np.abs(a), np.abs(b))))
    yield below, np.max(gap / np.maximum(floor, np.abs(a + b)))
    yield below, np.max(gap / np.maximum(floor, np.abs(a)))
    yield below, np.max(gap / np.maximum(floor, np.abs(b)))
    yield below, np.max(gap / (floor + np.sqrt(a**2 + b**2)))
    yield below, 2 * each.max()
    yield (
        "Compare element by element, not the lengths of the two.",
        np.sqrt(np.sum(gap**2)) / (np.sqrt(np.sum(a**2)) + np.sqrt(np.sum(b**2))),
    )
    yield "Divide each difference first, and then take the largest.", gap.max() / size.max()


def telling_kinks(rng: np.random.Generator) -> Iterator[Problem]:
    """Problems with a kink, until each mistaken check differs by 5% from the right one at some."""
    left: set[int] | None = None
    while left is None or left:
        problem = mixed_kink(rng)
        a, slopes = problem.grads(), list(measured(problem))
        right, missed = [ratio(a, b) for b in slopes], set()
        for place, (_, value) in enumerate(misjudged(problem, a, slopes[0])):
            if any(abs(value - r) <= 0.05 * r for r in right):
                missed.add(place)
        before, left = left, missed if left is None else left & missed
        if left != before:
            yield problem
