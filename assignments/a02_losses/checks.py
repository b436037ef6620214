"""Held-out checks of assignment 2: quantifying loss.

Tolerances are the course's own (rtol 1e-6, atol 1e-8) except near the probabilities 0 and 1, see
`CLIP_RTOL`. A mistake changes one random loss by less than the tolerance about once in 1e5 draws
(losses spread over 0.1 to 10), so every mistake meets at least two independent draws.
"""

from itertools import pairwise

import numpy as np

from autograder.checks import assert_close, question
from reference import arrays as reference

# Clipping p to [1e-12, 1 - 1e-12] or p and 1 - p separately differ by the rounding of 1 - 1e-12:
# log(1 - p) is then -27.63093 or -27.63102, a relative difference of 3.2e-6.
CLIP_RTOL = 1e-4
FLAT = "If moderate logits are right: rewrite the formula so that np.exp meets nothing above 0."
SHIFT = "If moderate logits are right: subtract from each row its own maximum before np.exp."
STABLE = {"hint": SHIFT, "float64": True}
SUM = "This is the sum: the loss is the mean."
NO_MEAN = "The loss is a mean, so its gradient is divided by the number of terms, too."
ELEMENTS = "Divide by all n * d elements, not by the n rows."
ROWS = "Divide by the n rows, not by all n * k elements."
TABLE = "Logits (n, 1) and y (n,) make an (n, n) table: take logits[:, 0]."
BCE_LOGITS = "binary_cross_entropy_with_logits"
sigmoid = reference.sigmoid


def compare(student, name, inputs, *, case, mistakes=None, **options):
    """Compare the student's function called `name` with the reference."""
    actual, expected = (getattr(source, name)(*inputs) for source in (student, reference))
    assert_close(actual, expected, what=f"`{name}` {case}", mistakes=mistakes, **options)


def surprise(p, y):
    """What each prediction costs; 1e-300 stands for 0, so that no mistake costs infinity."""
    return -(y * np.log(np.maximum(p, 1e-300)) + (1 - y) * np.log(np.maximum(1 - p, 1e-300)))


def random_labels(rng, n, k):
    """n labels in [0, k) in random order, every class among them where n >= k."""
    return rng.permutation(np.concatenate([rng.permutation(k), rng.integers(0, k, size=n)])[:n])


def random_bits(rng, n):
    """n targets in random order, both classes among them if n > 1."""
    return random_labels(rng, n, 2).astype(float)


def sizes(rng, count, low=3, high=9):
    """Different sizes, so that a wrong axis or a wrong divisor shows."""
    return [int(size) for size in rng.permutation(np.arange(low, high))[:count]]


@question("mse", points=2)
def test_mse_averages_the_squared_errors(student, rng):
    """`mean_squared_error` is the mean of all n or n * d squared differences."""
    n, d, more = sizes(rng, 3)
    for shape in ((n,), (d,), (n, d), (d, more), (n, n), (1, d), (n, 1), (1,)):
        prediction, target = rng.normal(size=shape), rng.normal(loc=0.5, size=shape)
        error = prediction - target
        squares = error**2
        mistakes = {
            "There is no factor 1/2 in this course.": squares.mean() / 2,
            SUM: squares.sum(),
            ELEMENTS: squares.sum() / len(error),
            "This is the root of the mean squared error.": squares.mean() ** 0.5,
            "This is the mean absolute error: square instead.": np.abs(error).mean(),
            "Square each error before averaging, not the mean error.": error.mean() ** 2,
            "Average over all elements, not along one axis.": squares.mean(axis=0),
        }
        inputs, case = (prediction, target), f"of arrays of shape {shape}"
        compare(student, "mean_squared_error", inputs, case=case, mistakes=mistakes)


@question("bce", points=1.5)
def test_bce_averages_the_surprise(student, rng):
    """`binary_cross_entropy` is the mean of -[y log p + (1 - y) log(1 - p)]."""
    for n in [*sizes(rng, 3), 1]:
        y, p, case = random_bits(rng, n), rng.uniform(0.05, 0.95, size=n), f"of {n} predictions"
        loss = surprise(p, y).mean()
        mistakes = {
            SUM: loss * n,
            "The sign is wrong: a loss is positive.": -loss,
            "The term for y = 0 is missing.": -(y * np.log(p)).mean(),
            "The targets are swapped: log p belongs to y = 1.": surprise(1 - p, y).mean(),
            "Use the natural logarithm, not log2.": loss / np.log(2),
            "These are probabilities already: no sigmoid.": surprise(sigmoid(p), y).mean(),
        }
        compare(student, "binary_cross_entropy", (p, y), case=case, mistakes=mistakes)


def check_clipped(student, p, y, case):
    """One call of binary_cross_entropy with probabilities at or near 0 and 1."""
    limits = {f"Clip at 1e-12, not at 1e-{e}.": 10.0**-e for e in (6, 7, 8, 9, 10, 15, 16)}
    options = {
        "hint": "Clip p to [1e-12, 1 - 1e-12], at both ends, before the logarithm.",
        "mistakes": {h: surprise(np.clip(p, low, 1 - low), y).mean() for h, low in limits.items()},
        "rtol": CLIP_RTOL,
        "float64": True,
    }
    compare(student, "binary_cross_entropy", (p, y), case=case, **options)


@question("bce", points=1.5)
def test_bce_clips_at_both_ends(student, rng):
    """`binary_cross_entropy` clips p at 1e-12 and 1 - 1e-12, and changes no p in between."""
    for n in sizes(rng, 2):
        y = random_bits(rng, n)
        check_clipped(student, y.copy(), y, "where all are certain and right")
        check_clipped(student, 1 - y, y, "where all are certain and wrong")
        some = np.where(rng.permutation(n) < 2, rng.uniform(0.1, 0.9, size=n), random_bits(rng, n))
        check_clipped(student, some, y, "where some probabilities are 0 or 1")
        for low, high, where in ((-11.9, -11.4, "more"), (-11, -3, "more"), (-15, -12.5, "less")):
            tiny = 10.0 ** rng.uniform(low, high, size=n)
            p = np.where(y == 1, tiny, 1 - tiny)
            check_clipped(student, p, y, f"of wrong answers {where} than 1e-12 from certainty")


@question("bce_logits", points=1.5)
def test_bce_of_logits_at_moderate_logits(student, rng):
    """`binary_cross_entropy_with_logits` is the binary cross-entropy of sigmoid(logits)."""
    for n in [*sizes(rng, 3), 1]:
        y, z = random_bits(rng, n), rng.uniform(0.2, 4.0, size=n) * rng.choice([-1.0, 1.0], size=n)
        z[1:2] = 0.0
        mistakes = {
            SUM: surprise(sigmoid(z), y).sum(),
            "A sign is wrong, or the targets are swapped.": surprise(sigmoid(-z), y).mean(),
            "The part y z is missing.": np.logaddexp(0, z).mean(),
            "The part log(1 + exp(-|z|)) is missing.": (np.maximum(z, 0) - y * z).mean(),
            "The sigmoid was applied twice.": surprise(sigmoid(sigmoid(z)), y).mean(),
        }
        compare(student, BCE_LOGITS, (z, y), case=f"of {n} logits", mistakes=mistakes)


@question("bce_logits", points=1.5)
def test_bce_of_logits_is_exact_at_the_edges(student, rng):
    """`binary_cross_entropy_with_logits` is exact for abs(logits) up to 1e4."""
    for size in (12.0, 16.0, 33.0, 50.0, 400.0, 740.0, 1000.0, 1e4):
        n = int(rng.integers(3, 7))
        y, z = random_bits(rng, n), size * rng.uniform(0.95, 1.0, size=n)
        for sign, which in ((1.0, "right"), (-1.0, "wrong")):
            logits = sign * z * (2 * y - 1)
            clipped = reference.binary_cross_entropy(sigmoid(logits), y)
            mistakes = {"The detour over a clipped probability loses large logits.": clipped}
            case = f"of sure logits, all {which}, abs(z) about {size:g}"
            compare(student, BCE_LOGITS, (logits, y), case=case, mistakes=mistakes, hint=FLAT)
    for _ in range(2):
        inputs = rng.uniform(-1e4, 1e4, size=8), random_bits(rng, 8)
        compare(student, BCE_LOGITS, inputs, case="of logits between -1e4 and 1e4", hint=FLAT)


@question("softmax", points=2)
def test_softmax_normalises_each_row(student, rng):
    """`softmax` is exp(logits) divided by the sum of its row, for any n and k."""
    n, k, m = sizes(rng, 3)
    for shape in ((n, k), (k, m), (m, m), (1, k), (n, 2)):
        z = rng.normal(scale=1.5, size=shape)
        powers = np.exp(z)
        mistakes = {
            "Divide by the sum of the row.": powers,
            "This is the sigmoid of each logit.": sigmoid(z),
            "This is the logarithm of the softmax.": np.log(reference.softmax(z)),
            "Each row adds up to 1 by itself, not the whole array.": powers / powers.sum(),
            "Each row adds up to 1, not each column.": powers / powers.sum(axis=0),
        }
        if shape == (m, m):
            mistakes["Divide each row by its own sum: keepdims=True."] = powers / powers.sum(axis=1)
        compare(student, "softmax", (z,), case=f"of logits of shape {shape}", mistakes=mistakes)


def extreme_logits(rng):
    """Arrays of logits up to 1e4 in size: all high, all low, and rows of all kinds together."""
    n, k = sizes(rng, 2, low=3, high=6)
    high = 1e4 - rng.uniform(0, 4, size=(n, k))
    # One logit far above the others, and one far below: no shift by a mean or a minimum helps.
    spikes = np.array([[1e4] * k, [-1e4] * k])
    spikes[:, rng.integers(k)] *= -1
    kinds = [high, -high, spikes, rng.uniform(-1e4, 1e4, size=(n, k)), rng.normal(size=(n, k))]
    return high, -high, rng.permutation(np.concatenate(kinds))


@question("softmax", points=1)
def test_softmax_is_stable_at_the_edges(student, rng):
    """`softmax` is exact for abs(logits) up to 1e4, also where the rows differ a lot."""
    for z in extreme_logits(rng):
        compare(student, "softmax", (z,), case="for abs(logits) up to 1e4", **STABLE)


@question("cross_entropy", points=2)
def test_cross_entropy_averages_over_the_rows(student, rng):
    """`cross_entropy` is the mean over the rows of -log softmax(logits) at the row's label."""
    n, k, m = sizes(rng, 3)
    # Labels that are a permutation in a square array would forgive a transposed index.
    all_used, some_used = (
        ((n + 4, k, k), (m, n, n), (m, m, m - 1)),
        ((n, 6, 3), (1, k, k), (k, 4, 1)),
    )
    for rows, classes, used in all_used + some_used:
        z, labels = rng.normal(scale=1.5, size=(rows, classes)), random_labels(rng, rows, used)
        p, every, case = reference.softmax(z), np.arange(rows), f"of logits of shape {z.shape}"
        loss, down = -np.log(p[every, labels]).mean(), np.exp(z) / np.exp(z).sum(axis=0)
        mistakes = {
            SUM: loss * rows,
            ROWS: loss / classes,
            "The softmax was applied twice.": reference.cross_entropy(p, labels),
            "The softmax goes along each row.": -np.log(down[every, labels]).mean(),
            "Pick one element of each row: [np.arange(n), labels].": -np.log(p[:, labels]).mean(),
            "The classes count from 0: don't subtract 1.": -np.log(p[every, labels - 1]).mean(),
        }
        compare(student, "cross_entropy", (z, labels), case=case, mistakes=mistakes)


@question("cross_entropy", points=1)
def test_cross_entropy_is_exact_at_the_edges(student, rng):
    """`cross_entropy` is exact for abs(logits) up to 1e4, for sure rows that are right or wrong."""
    for size in (33.0, 400.0, 740.0, 9999.0):
        n, k = sizes(rng, 2, low=3, high=7)
        labels, low = random_labels(rng, n, k), rng.uniform(-0.5, 0.5, size=(n, k))
        low[np.arange(n), labels] -= size
        levels = rng.permutation(np.linspace(-size, size, n))[:, None]
        mixed = 0.9 * levels + rng.uniform(-2, 2, size=(n, k))
        for z, rows in ((low, "sure and wrong"), (-low, "sure and right"), (mixed, "different")):
            case = f"of {rows} rows, abs(logits) up to {size:g}"
            compare(student, "cross_entropy", (z, labels), case=case, **STABLE)


@question("loss_grads", points=1)
def test_mse_grad_is_the_derivative(student, rng):
    """`mean_squared_error_grad` is the derivative with respect to each element of `prediction`."""
    n, d = sizes(rng, 2)
    for shape in ((n,), (n, d), (d, n), (1, d), (n, 1), (1,)):
        prediction, target = rng.normal(size=shape), rng.normal(size=shape)
        error = prediction - target
        mistakes = {
            "The 2 of the square's derivative is missing.": error / error.size,
            NO_MEAN: 2 * error,
            "The sign is wrong: it is prediction - target.": -2 * error / error.size,
            ELEMENTS: 2 * error / len(error),
        }
        inputs, case = (prediction, target), f"of arrays of shape {shape}"
        compare(student, "mean_squared_error_grad", inputs, case=case, mistakes=mistakes)


@question("loss_grads", points=1)
def test_bce_grad_is_the_derivative(student, rng):
    """`binary_cross_entropy_with_logits_grad` is the derivative with respect to each logit."""
    for n in [*sizes(rng, 3), 1]:
        y, z = random_bits(rng, n), rng.normal(scale=2.0, size=n)
        z[1:2] = 0.0
        p = sigmoid(z)
        mistakes = {
            NO_MEAN: p - y,
            "The sign is wrong: it is sigmoid(z) - y.": (y - p) / n,
            "The sigmoid is missing.": (z - y) / n,
            "This is the derivative with respect to p.": (p - y) / (p * (1 - p)) / n,
            "The factor p (1 - p) has cancelled.": (p - y) * p * (1 - p) / n,
        }
        compare(student, f"{BCE_LOGITS}_grad", (z, y), case=f"of {n} logits", mistakes=mistakes)


@question("loss_grads", points=1)
def test_cross_entropy_grad_is_the_derivative(student, rng):
    """`cross_entropy_grad` is the derivative with respect to each logit, for any labels."""
    n, k = sizes(rng, 2)
    for rows, classes, used in ((n, k, k), (n + 3, 4, 2), (k, k, k - 1), (1, n, n), (n, 2, 2)):
        z, labels = rng.normal(scale=1.5, size=(rows, classes)), random_labels(rng, rows, used)
        p, onehot = reference.softmax(z), np.eye(classes)[labels]
        mistakes = {
            NO_MEAN: p - onehot,
            ROWS: (p - onehot) / z.size,
            "The sign is wrong: it is softmax(z) - onehot.": (onehot - p) / rows,
            "The softmax is missing.": (z - onehot) / rows,
            "Subtract 1 in one column of each row.": (p - onehot.max(axis=0)) / rows,
        }
        case = f"of logits of shape {z.shape}"
        compare(student, "cross_entropy_grad", (z, labels), case=case, mistakes=mistakes)


@question("loss_grads", points=1)
def test_gradients_are_exact_at_the_edges(student, rng):
    """The gradients of both cross-entropies are exact for abs(logits) up to 1e4."""
    for size in (15.0, 400.0, 750.0, 1e4):
        z = size * rng.uniform(0.9, 1.0, size=4) * (2 * random_bits(rng, 4) - 1)
        for y in (random_bits(rng, 4), (z > 0).astype(float), (z < 0).astype(float)):
            case = f"for abs(logits) up to {size:g}"
            compare(student, f"{BCE_LOGITS}_grad", (z, y), case=case, hint=FLAT, float64=True)
    for z in extreme_logits(rng):
        inputs = z, random_labels(rng, *z.shape)
        compare(student, "cross_entropy_grad", inputs, case="for logits up to 1e4", **STABLE)


def random_params(rng, X, hidden, activation):
    """A network with one output whose logits on the rows of X spread over 3, around -1 to 1."""
    while True:
        params = []
        for d_in, d_out in pairwise([X.shape[1], *hidden, 1]):
            W = rng.normal(scale=1.5 / np.sqrt(d_in), size=(d_in, d_out))
            params.append((W, rng.uniform(0.3, 1.0, size=d_out) * rng.choice([-1.0, 1.0], d_out)))
        z = reference.mlp_forward(X, params, activation)
        spread = np.ptp(z) if len(z) > 1 else 3.0
        # ReLUs asleep on every row leave constant logits, on which some mistakes don't show.
        if spread > 0.01:
            W, b = params.pop()
            centre = 3 / spread * (z - b).mean()
            return [*params, (3 / spread * W, rng.uniform(-1, 1, size=1) - centre)]


def mistaken_losses(X, y, params, activation):
    """What networks with something wrong lose, by the hint that names it."""
    gs = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": reference.relu}
    g = gs.pop(activation)

    def forward(hidden, bias=1.0):
        A = X
        for layer in params[:-1]:
            A = hidden(A @ layer[0] + bias * layer[1])
        return A @ params[-1][0] + bias * params[-1][1]

    logits = {
        "The biases are missing.": forward(g, bias=0.0),
        "The hidden layers lack their activation.": forward(lambda z: z),
        "The output layer is linear: no activation on it.": g(forward(g)),
        "The sigmoid was applied twice: the loss takes logits.": sigmoid(forward(g)),
    } | {f"The hidden layers use {name} here.": forward(other) for name, other in gs.items()}
    p = sigmoid(forward(g))
    losses = {hint: surprise(sigmoid(z[:, 0]), y).mean() for hint, z in logits.items()}
    return {**losses, SUM: surprise(p[:, 0], y).sum(), TABLE: surprise(p, y).mean()}


def check_objective(student, rng, activation, *, n, d, hidden):
    """One call of objective."""
    X, y = rng.normal(size=(n, d)), random_bits(rng, n)
    params = random_params(rng, X, hidden, activation)
    inputs = X, y, params, activation
    case = f'with "{activation}", {len(params)} layer(s), {n} row(s)'
    compare(student, "objective", inputs, case=case, mistakes=mistaken_losses(*inputs))


@question("objective", points=2)
def test_objective_is_the_mean_loss_of_the_network(student, rng):
    """`objective` is the mean binary cross-entropy of a one-output network over the rows of X."""
    for activation in ("sigmoid", "tanh", "relu"):
        n, d, *hidden = sizes(rng, 5)
        for depth in (1, 0, 2, 3):
            check_objective(student, rng, activation, n=n, d=d, hidden=hidden[:depth])
        check_objective(student, rng, activation, n=4, d=4, hidden=[4, 4])
    for activation in ("tanh", "sigmoid"):
        check_objective(student, rng, activation, n=1, d=d, hidden=[n])
        check_objective(student, rng, activation, n=n, d=1, hidden=[1])
