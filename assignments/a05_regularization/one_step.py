"""Reading from one training step which activations were dropped in it.

The gradient of a layer's weights is the product of what came in and of what came back, and the
gradient of its biases is what came back alone. So a step on one row tells what came into each
layer, hence the mask. In a step on many unit rows each row has weights of its own in the first
layer. Once the masks are known, whatever random numbers they were made from, everything else in
the step can be compared number by number.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from problems import Problem

from autograder.checks import assert_close
from reference import arrays as reference

WHERE = "Dropout belongs after each hidden activation and nowhere else, and in both passes."


class Script:
    """A stand-in for a generator, from which the reference's dropout draws masks that are known."""

    def __init__(self, masks):
        self.masks = list(masks)

    def random(self, shape):
        """Numbers at which dropout keeps just what the next mask keeps, for any p."""
        kept = self.masks.pop(0)
        assert kept.shape == tuple(shape)
        return np.where(kept, 1.0, -1.0)


def step_of(run, problem, lr):
    """The gradient by which the only step of a run has moved each weight and bias."""
    return [
        ((W - new_W) / lr, (b - new_b) / lr)
        for (W, b), (new_W, new_b) in zip(problem.params, run.params, strict=True)
    ]


def one_row(rng, width, second):
    """A problem of one row for a network with two hidden layers, whose units are mostly active."""
    sizes = (3, width, second, 1)
    problem = Problem.random(rng, n=1, sizes=sizes)
    params = []
    for W, b in problem.params[:-1]:
        level = np.where(np.arange(b.size) % 4, 2.0, -2.0)  # decides whether a unit is active
        params.append((0.4 * W, rng.permutation(level) + 0.3 * b))
    W, b = problem.params[-1]
    params.append((rng.uniform(0.1, 0.3, size=W.shape) * np.sign(W), b))
    return replace(problem, params=params)


def masks_of_one_row(problem, grads, weight_decay):
    """For each hidden layer which units were kept; units that are not active count as kept."""
    a, kept = problem.X[0], []
    with np.errstate(all="ignore"):
        for (W, b), (W_next, _), (dW, db) in zip(
            problem.params, problem.params[1:], grads[1:], strict=False
        ):
            active = np.maximum(a @ W + b, 0)
            back = int(np.argmax(np.abs(db)))
            a = (dW - weight_decay * W_next)[:, back] / db[back]
            kept.append(((a > active / 2) | (active == 0))[None])
    return kept


def unit_rows(rng, *, n, width, weight, bias=0.0):
    """n unit rows with the label 1 for a network whose hidden units are all active.

    `weight` is the size of the output weights and `bias` the output's bias. The only validation
    row has a feature of its own, which silences every hidden unit: its logit is the output's bias.
    """
    W = rng.uniform(0.1, 0.5, size=(n + 1, width))
    W[n] = -50.0
    hidden = W, rng.uniform(0.6, 1.0, size=width)
    output = weight * rng.uniform(0.7, 1.3, size=(width, 1)), np.array([bias])
    rows = np.eye(n + 1)
    order = rng.permutation(n)
    return Problem(rows[order], np.ones(n), [hidden, output], rows[n:], np.ones(1))


def masks_of_unit_rows(problem, run):
    """For each row and hidden unit whether its weight has moved at all, which dropping prevents."""
    places = np.argmax(problem.X, axis=1)
    moved = run.params[0][0][places] - problem.params[0][0][places]
    # All that move go about equally far; what rounding to 32 bits alone moves, far less.
    return np.abs(moved) > max(1e-12, 0.03 * np.abs(moved).max())


def gradient(problem, masks, *, p, weight_decay):
    """The gradient under masks that are known."""
    _, grads = reference.regularized_loss_and_grads(
        problem.X,
        problem.y,
        problem.params,
        activation="relu",
        loss="bce",
        p=p,
        weight_decay=weight_decay,
        rng=Script(masks),
    )
    return grads


def mistaken_gradient(problem, masks, *, weight_decay, back=True):
    """The gradient under masks of any values, which may be left out on the way back."""
    inputs, params = [problem.X], problem.params
    for (W, b), mask in zip(params, masks, strict=False):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0) * mask)
    W, b = params[-1]
    delta = reference.sigmoid(inputs[-1] @ W + b) - problem.y[:, None]
    delta /= len(problem.X)
    grads = []
    for place in reversed(range(len(params))):
        W, _ = params[place]
        grads.append((inputs[place].T @ delta + weight_decay * W, delta.sum(axis=0)))
        if place:
            before, bias = params[place - 1]
            active = inputs[place - 1] @ before + bias > 0
            delta = (delta @ W.T) * active * (masks[place - 1] if back else 1.0)
    return grads[::-1]


def require_gradient(actual, problem, masks, *, p, weight_decay, case):
    """End the check unless a step went along the gradient under these masks."""
    expected = gradient(problem, masks, p=p, weight_decay=weight_decay)
    mistaken = partial(mistaken_gradient, problem, weight_decay=weight_decay)

    def scaled(scale):
        return [mask * scale for mask in masks]

    some = [np.ones(m.shape) if m.all() else m / (1 - p) for m in masks]
    mistakes = {
        "There is no dropout in the training steps.": partial(
            mistaken, [np.ones(mask.shape) for mask in masks]
        ),
        "Dropout belongs after every hidden activation: a layer is without.": partial(
            mistaken, some
        ),
        "What is kept is scaled by 1 / (1 - p).": partial(mistaken, scaled(1.0)),
        "The scale is 1 / (1 - p), not 1 / p.": partial(mistaken, scaled(1 / p)),
        "The masks also belong into the backward pass.": partial(
            mistaken, scaled(1 / (1 - p)), back=False
        ),
        "The L2 term is missing in the steps with dropout.": partial(
            gradient, problem, masks, p=p, weight_decay=0.0
        ),
    }
    assert_close(actual, expected, what=f"the step {case}", hint=WHERE, mistakes=mistakes)


def check_one_row(student, rng, *, p):
    """A step on one row through two hidden layers, each of about 33 active units.

    With p up to 0.35 all units of a layer are dropped, and its mask lost, with P < 1e-12.
    """
    problem, lr, weight_decay = one_row(rng, 44, 45), 0.5, 0.1
    run = problem.ask(student, rng, p=p, weight_decay=weight_decay, epochs=1, batch_size=1, lr=lr)
    grads = step_of(run, problem, lr)
    masks = masks_of_one_row(problem, grads, weight_decay)
    case = f"on one row through two hidden layers (p = {p:.2f})"
    require_gradient(grads, problem, masks, p=p, weight_decay=weight_decay, case=case)


def check_unit_rows(student, rng, *, p):
    """A step on a batch of several rows through one hidden layer."""
    problem, lr = unit_rows(rng, n=7, width=20, weight=0.1), 0.5
    run = problem.ask(student, rng, p=p, epochs=1, batch_size=7, lr=lr)
    masks = [masks_of_unit_rows(problem, run)]
    case = f"on seven rows through one hidden layer (p = {p:.2f})"
    require_gradient(step_of(run, problem, lr), problem, masks, p=p, weight_decay=0.0, case=case)


def draw_masks(student, rng, *, p, n, width, batch_size, lr):
    """The masks of one epoch on unit rows."""
    problem = unit_rows(rng, n=n, width=width, weight=0.006)
    run = problem.ask(student, rng, p=p, epochs=1, batch_size=batch_size, lr=lr)
    return masks_of_unit_rows(problem, run)


def draw_layer_pairs(student, rng, *, p, width):
    """For units active in both of two equally wide layers: were they kept in each? (2, units)."""
    problem, lr = one_row(rng, width, width), 0.5
    run = problem.ask(student, rng, p=p, epochs=1, batch_size=1, lr=lr)
    first, second = (kept[0] for kept in masks_of_one_row(problem, step_of(run, problem, lr), 0.0))
    (W, b), (W_next, b_next), _ = problem.params
    a = np.maximum(problem.X[0] @ W + b, 0)
    both = (a > 0) & ((a * first / (1 - p)) @ W_next + b_next > 0)
    return np.array([first[both], second[both]])


def draw_twice_dropped(student, rng, *, p, n, width):
    """Which units were dropped for a row in both of two epochs with one step each.

    The output's bias starts just low enough to rise above 0, which the validation row needs, in
    the second step: the loss falls with it, and a step of rate 0.02 lifts it by 0.0080 to 0.0092
    first and then by 0.0050 to 0.0075. So the parameters that come back are the second epoch's.
    """
    problem = unit_rows(rng, n=n, width=width, weight=0.006, bias=-0.0118)
    run = problem.ask(student, rng, p=p, epochs=2, batch_size=n, lr=0.02)
    return ~masks_of_unit_rows(problem, run)


def check_nothing_to_drop(student, rng):
    """A network of one layer has no hidden activation, so dropout changes nothing."""
    problem = Problem.random(rng, n=8, sizes=(4, 1))
    settings = {"epochs": 1, "batch_size": 8, "p": 0.5}
    expected, run = problem.expected(**settings), problem.ask(student, rng, **settings)
    what = "the parameters of a network without hidden layers (p = 0.50)"
    assert_close(run.params, expected.params, what=what, hint=WHERE)
