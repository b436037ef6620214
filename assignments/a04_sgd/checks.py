"""Held-out checks of assignment 4: stochastic gradient descent.

Tolerances are the course's own (rtol 1e-6, atol 1e-8): a trajectory here is at most 40 short float64
steps on numbers of order one, whose rounding stays below 1e-12, and hyperparameters are drawn so
that each known mistake moves the result by far more than the tolerance.

`train` may draw from its `rng` in any way, so its numbers are compared only where they cannot depend
on the order of the rows: when a batch holds all rows, when all rows are alike, and when every row
has a weight of its own, after the weights are sorted. Every chance that a right answer fails is
below 1e-6 and stands next to its check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.checks import (
    as_array,
    as_series,
    assert_close,
    question,
    require,
    unpack,
)
from reference import arrays as reference

Array = np.ndarray
STATE = "All that a step remembers goes into the state it returns, and nowhere else."
FOLDED = "Keep lr out of the buffer (v = momentum * v + grad): it may change between steps."
PLAIN = "This is plain SGD: return the new buffer in the state and use it in the next step."
UPHILL = "That is uphill: the step is subtracted from theta."
INSIDE = "eps stands outside the square root."


def away_from_zero(rng, shape, *, low=0.3, high=2.0):
    """Numbers of both signs whose sizes are spread over [low, high]."""
    return rng.uniform(low, high, size=shape) * rng.choice([-1.0, 1.0], size=shape)


# sgd


@question("sgd", points=1)
def test_sgd_goes_downhill(student, rng):
    """`sgd_step(theta, grad, lr)` is theta - lr * grad, for arrays of any shape."""
    a, b, c = (int(size) for size in rng.integers(2, 6, size=3))
    for shape in ((a,), (b, c), (1, a), (a, b, c), (1,)):
        theta, grad = away_from_zero(rng, shape), away_from_zero(rng, shape)
        lr = float(rng.uniform(0.05, 0.6))
        mistakes = {
            UPHILL: theta + lr * grad,
            "The learning rate is missing.": theta - grad,
            "This is the step alone: return the new theta.": -lr * grad,
            "Only the sign of the gradient is used.": theta - lr * np.sign(grad),
            "The gradient is not normalised.": theta - lr * grad / np.linalg.norm(grad),
        }
        actual, expected = student.sgd_step(theta, grad, lr), reference.sgd_step(theta, grad, lr)
        assert_close(actual, expected, what=f"theta of shape {shape}", mistakes=mistakes)


# minibatches


def draw_minibatches(student, n, batch_size, rng):
    """The student's pieces as integer arrays; ends the check unless they partition range(n)."""
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    case = f"n = {n} and batch_size = {batch_size}"
    pieces = unpack(
        student.minibatches(n, batch_size, rng),
        len(sizes),
        what=f"the list of minibatches for {case}",
        hint="A list (not a generator) of ceil(n / batch_size) arrays; the last may be short.",
    )
    pieces = [
        as_array(piece, shape=(size,), what=f"piece {place} for {case}", kind="int")
        for place, (piece, size) in enumerate(zip(pieces, sizes, strict=True))
    ]
    whole = np.concatenate(pieces)
    require(
        np.array_equal(np.sort(whole), np.arange(n)),
        f"For {case} the pieces hold {len(np.unique(whole))} different rows, expected each row of "
        f"range({n}) exactly once.",
        "Shuffle the rows once and cut: independent draws repeat some rows and miss others.",
    )
    return pieces


@question("minibatches", points=1.5)
def test_minibatches_partition_the_rows(student, rng):
    """`minibatches` returns every row exactly once, in pieces of `batch_size`; the last may be short."""
    size, count = int(rng.integers(3, 8)), int(rng.integers(3, 7))
    rest = int(rng.integers(1, size))
    for n, batch_size in (
        (size * count, size),
        (size * count + rest, size),
        (size * count + 1, size),
        (size, size),
        (size, size + rest),
        (size, 50 * size),
        (count, 1),
        (1, 1),
        (1, size),
    ):
        draw_minibatches(student, n, batch_size, rng)


@question("minibatches", points=0.75)
def test_minibatches_are_shuffled(student, rng):
    """`minibatches` spreads the rows over all pieces at random, in no fixed order."""
    n, hint = 600, "Shuffle all rows (rng.permutation) before they are cut into pieces."
    for size in (150, 25):
        pieces = draw_minibatches(student, n, size, rng)
        piece_of = np.empty(n, dtype=int)
        for place, piece in enumerate(pieces):
            piece_of[piece] = place
        # A piece's mean row is nearly normal; 7 deviations for 28 pieces: 28 * 2.6e-12 = 7e-11.
        deviation = np.sqrt((n * n - 1) / 12 / size * (n - size) / (n - 1))
        means = np.array([piece.mean() for piece in pieces])
        require(
            bool((np.abs(means - (n - 1) / 2) < 7 * deviation).all()),
            "The pieces are not drawn from all rows alike: some hold mostly early or late rows.",
            hint,
        )
        # Neighbours share a piece with probability p = (size - 1) / (n - 1), nearly independently
        # of each other: variance below n * p; the count is out of 8 deviations with P < 1e-9.
        together, p = int((np.diff(piece_of) == 0).sum()), (size - 1) / (n - 1)
        close = abs(together - (n - 1) * p) < 8 * np.sqrt(n * p)
        require(close, "Rows that stand side by side are kept together or kept apart.", hint)
    order = np.concatenate(draw_minibatches(student, n, 1, rng))
    # Steps of +1 and -1 in a random order are Poisson with mean 2: 20 or more have P < 3e-13.
    steps = int((np.abs(np.diff(order)) == 1).sum())
    require(steps < 20, "With batch_size = 1 neighbouring rows come one after the other.", hint)
    # The rank correlation has the deviation 1 / sqrt(n - 1); 6 of them: 2e-9.
    drift = np.corrcoef(order, np.arange(n))[0, 1] * np.sqrt(n - 1)
    require(abs(drift) < 6, "With batch_size = 1 early rows tend to come early or late.", hint)


@question("minibatches", points=0.75)
def test_minibatches_draw_from_rng(student, rng):
    """`minibatches` takes its randomness from `rng`: the same state gives the same pieces, another others."""
    # Two random orders of 30 rows agree with probability 1/30!, two last pieces of 3 out of 30
    # rows hold the same rows with 1/C(30, 3); six in a row with C(30, 3)**-5 = 9e-19.
    for batch_size in (9, 40):
        seed = int(rng.integers(2**32))
        first, again = (
            draw_minibatches(student, 30, batch_size, np.random.default_rng(seed)) for _ in range(2)
        )
        assert_close(
            again,
            first,
            what="the second answer to the same generator state",
            hint="Use the generator `rng` that is passed, not np.random or a generator of your own.",
        )
        others = [draw_minibatches(student, 30, batch_size, rng) for _ in range(6)]
        require(
            any(not np.array_equal(a, b) for other in others for a, b in zip(first, other, strict=True)),
            f"Other generators give the same order for n = 30 and batch_size = {batch_size}.",
            "Shuffle with the generator `rng` that is passed, without a seed of your own.",
        )
        last = {tuple(sorted(pieces[-1].tolist())) for pieces in others}
        require(
            batch_size > 30 or len(last) > 1,
            "The short last piece always holds the same rows.",
            "Shuffle all rows, also those that do not fill a whole piece.",
        )


# momentum and adaptive


class Memory(dict):
    """What a rule remembers from step to step, all of it zero at first."""

    def mix(self, key, keep, new):
        """Update one memory to keep * memory + new."""
        self[key] = keep * self.get(key, 0.0) + new
        return self[key]

    def mean(self, g, keep):
        """Update the running mean of squares."""
        return self.mix("squares", keep, (1 - keep) * g * g)


def adadelta(m, g, s, *, step_eps=None, outside=0.0, scale=1.0):
    """Adadelta's step, right by default; `scale` multiplies what is remembered of it."""
    before, squares = m.get("steps", 0.0), m.mean(g, s.rho)
    top, inside = s.eps if step_eps is None else step_eps, 1.0 - outside
    root_top = np.sqrt(before + inside * top) + outside * top
    delta = g * root_top / (np.sqrt(squares + inside * s.eps) + outside * s.eps)
    m.mix("steps", s.rho, (1 - s.rho) * (scale * delta) ** 2)
    return delta


def adam(m, g, t, s, *, times=(1, 1), root=lambda square, eps: np.sqrt(square) + eps):
    """Adam's step, right by default; `times` are the exponents' factors, 0 for no correction."""
    (beta1, beta2), (t1, t2) = s.betas, (t * times[0], t * times[1])
    mean = m.mix("mean", beta1, (1 - beta1) * g) / ((1 - beta1**t1) if t1 else 1.0)
    square = m.mean(g, beta2) / ((1 - beta2**t2) if t2 else 1.0)
    return mean / root(square, s.eps)


def swapped(s):
    """The same settings with the betas in the wrong order."""
    return SimpleNamespace(**{**vars(s), "betas": s.betas[::-1]})


# What common mistakes compute: each rule gives the step that lr multiplies at step t = 1, 2, ...
# with gradient g; m is its Memory and s holds lr and the settings.
MISTAKES = {
    "momentum_step": {
        FOLDED: lambda m, g, t, s: m.mix("v", s.momentum, s.lr * g) / s.lr,
        UPHILL: lambda m, g, t, s: -m.mix("v", s.momentum, g),
        PLAIN: lambda m, g, t, s: g,
        "As in torch.optim the gradient enters the buffer whole, without 1 - momentum.": (
            lambda m, g, t, s: m.mix("v", s.momentum, (1 - s.momentum) * g)
        ),
        "On the first step the buffer is the gradient itself.": (
            lambda m, g, t, s: m.mix("v", s.momentum, g + (t == 1) * s.momentum * g)
        ),
        "Update the buffer first, then step along the new buffer.": (
            lambda m, g, t, s: (m.mix("v", s.momentum, g) - g) / s.momentum
        ),
        "This is Nesterov's step.": lambda m, g, t, s: g + s.momentum * m.mix("v", s.momentum, g),
    },
    "nesterov_step": {
        FOLDED: lambda m, g, t, s: g + s.momentum * m.mix("v", s.momentum, s.lr * g) / s.lr,
        UPHILL: lambda m, g, t, s: -g - s.momentum * m.mix("v", s.momentum, g),
        PLAIN: lambda m, g, t, s: g,
        "This is plain momentum: Nesterov steps along grad + momentum * (new buffer).": (
            lambda m, g, t, s: m.mix("v", s.momentum, g)
        ),
        "The gradient itself is missing: step along grad + momentum * (new buffer).": (
            lambda m, g, t, s: s.momentum * m.mix("v", s.momentum, g)
        ),
    },
    "adagrad_step": {
        INSIDE: lambda m, g, t, s: g / np.sqrt(m.mix("G", 1, g * g) + s.eps),
        "Take the root of the sum of squares.": (
            lambda m, g, t, s: g / (m.mix("G", 1, g * g) + s.eps)
        ),
        "The squares of all steps add up: return their sum in the state.": (
            lambda m, g, t, s: g / (np.abs(g) + s.eps)
        ),
        "eps is missing.": lambda m, g, t, s: g / np.sqrt(m.mix("G", 1, g * g)),
        "Each element has a sum of its own.": (
            lambda m, g, t, s: g / (np.sqrt(m.mix("G", 1, (g * g).sum())) + s.eps)
        ),
        "The sum includes the present gradient.": (
            lambda m, g, t, s: g / (np.sqrt(np.abs(m.mix("G", 1, g * g) - g * g)) + s.eps)
        ),
    },
    "rmsprop_step": {
        INSIDE: lambda m, g, t, s: g / np.sqrt(m.mean(g, s.alpha) + s.eps),
        "alpha weighs the old average, 1 - alpha the new square.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, 1 - s.alpha)) + s.eps)
        ),
        "RMSprop has no bias correction.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, s.alpha) / (1 - s.alpha**t)) + s.eps)
        ),
        "The average starts at 0, not at the first square.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, s.alpha if t > 1 else 0.0)) + s.eps)
        ),
        "Take the root of the average.": lambda m, g, t, s: g / (m.mean(g, s.alpha) + s.eps),
        "This is Adagrad: RMSprop averages the squares.": (
            lambda m, g, t, s: g / (np.sqrt(m.mix("G", 1, g * g)) + s.eps)
        ),
    },
    "adadelta_step": {
        "The step is scaled by lr.": lambda m, g, t, s: adadelta(m, g, s) / s.lr,
        "In Adadelta eps stands inside both roots.": (
            lambda m, g, t, s: adadelta(m, g, s, outside=1.0)
        ),
        "eps is added in the numerator, too.": lambda m, g, t, s: adadelta(m, g, s, step_eps=0.0),
        "Average the squared steps before they are scaled by lr.": (
            lambda m, g, t, s: adadelta(m, g, s, scale=s.lr)
        ),
        "The numerator is the root of the averaged squared steps: update and return it.": (
            lambda m, g, t, s: adadelta(m, g, s, scale=0.0)
        ),
    },
    "adam_step": {
        "Bias correction is missing: divide both moments by 1 - beta**t before the step.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(0, 0))
        ),
        "The second moment needs its bias correction, too.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(1, 0))
        ),
        "The first moment needs its bias correction, too.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(0, 1))
        ),
        "t counts the steps: keep it in the state and raise it by one each time.": (
            lambda m, g, t, s: adam(m, g, 1, s)
        ),
        "t is 1 in the first step.": lambda m, g, t, s: adam(m, g, t + 1, s),
        INSIDE: lambda m, g, t, s: adam(m, g, t, s, root=lambda v, eps: np.sqrt(v + eps)),
        "Take the root of the second moment.": (
            lambda m, g, t, s: adam(m, g, t, s, root=lambda v, eps: v + eps)
        ),
        "eps is added after the bias correction.": (
            lambda m, g, t, s: adam(
                m, g, t, s, root=lambda v, e: np.sqrt(v) + e / np.sqrt(1 - s.betas[1] ** t)
            )
        ),
        "The betas are swapped: the first belongs to the mean, the second to the squares.": (
            lambda m, g, t, s: adam(m, g, t, swapped(s))
        ),
    },
}


def settings_of(name, rng):
    """Hyperparameters at which each mistake shows: betas well apart, and eps no dwarf beside g."""
    keep, eps = float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.1, 0.4))
    return {
        "momentum_step": {"momentum": keep},
        "nesterov_step": {"momentum": keep},
        "adagrad_step": {"eps": eps},
        "rmsprop_step": {"alpha": keep, "eps": eps},
        "adadelta_step": {"rho": keep, "eps": eps},
        "adam_step": {"betas": (float(rng.uniform(0.3, 0.5)), keep), "eps": eps},
    }[name]


@dataclass(frozen=True)
class Descent:
    """What an optimiser is given: a start, then for each step a gradient and a learning rate."""

    name: str
    theta: np.ndarray
    grads: np.ndarray
    rates: list[float]
    settings: dict[str, Any]

    @classmethod
    def draw(cls, name, rng, *, shape, steps, settings=None):
        """Gradients of order one, and rates that change by a factor from step to step."""
        rates = [float(rate) for rate in 0.1 * rng.permutation(1.5 ** np.arange(steps))]
        theta, grads = away_from_zero(rng, shape), away_from_zero(rng, (steps, *shape))
        return cls(name, theta, grads, rates, settings or settings_of(name, rng))

    def step(self, function, t, theta, state):
        """Call a step function of the student or of the reference for step t = 1, 2, ..."""
        grad, lr = self.grads[t - 1].copy(), self.rates[t - 1]
        return function(theta, grad, state, lr=lr, **self.settings)

    def expected(self):
        """Theta after each step."""
        theta, state, path = self.theta, None, []
        for t in range(1, len(self.rates) + 1):
            theta, state = self.step(getattr(reference, self.name), t, theta, state)
            path.append(theta)
        return path

    def ask(self, student, t, theta, state, **comparison):
        """One step of the student, compared with `expected`; returns (theta, state)."""
        answer = self.step(getattr(student, self.name), t, theta, state)
        theta, state = unpack(answer, 2, what=f"the result (theta, state) of {self.name}")
        what = f"theta after step {t} of {self.name}"
        as_array(theta, shape=self.theta.shape, what=what)
        assert_close(theta, **comparison, what=what)
        return theta, state


class Mistaken(Mapping):
    """Hint -> theta after step t by that mistake, computed only when something is wrong."""

    def __init__(self, descent, t):
        self.descent, self.t, self.rules = descent, t, MISTAKES[descent.name]

    def __getitem__(self, hint):
        theta, memory, d = self.descent.theta, Memory(), self.descent
        for t in range(1, self.t + 1):
            s = SimpleNamespace(lr=d.rates[t - 1], **d.settings)
            with np.errstate(all="ignore"):
                theta = theta - s.lr * self.rules[hint](memory, d.grads[t - 1], t, s)
        return theta

    def __iter__(self):
        return iter(self.rules)

    def __len__(self):
        return len(self.rules)


def check_rule(student, rng, name, **usual):
    """Runs over thetas of one, two and three axes, then one with the usual hyperparameters."""
    a, b, c = (int(size) for size in rng.integers(2, 5, size=3))
    runs = [Descent.draw(name, rng, shape=(a + 3,), steps=6)]
    runs += [Descent.draw(name, rng, shape=(b, c), steps=5)]
    runs += [Descent.draw(name, rng, shape=(1, a, b), steps=2)]
    runs += [Descent.draw(name, rng, shape=(c, a), steps=5, settings=usual)]
    for run in runs:
        theta, state = run.theta, None
        for t, expected in enumerate(run.expected(), start=1):
            theta, state = run.ask(
                student, t, theta, state, expected=expected, mistakes=Mistaken(run, t)
            )


def check_state(student, rng, name):
    """Two problems of one shape take turns; then an earlier state is continued once more."""
    shape = tuple(int(size) for size in rng.integers(2, 5, size=2))
    runs = [Descent.draw(name, rng, shape=shape, steps=4) for _ in range(2)]
    paths = [run.expected() for run in runs]
    answers = [[(run.theta, None)] for run in runs]
    for turn in (0, 0, 1, 0, 1, 1, 0, 1):
        t = len(answers[turn])
        answer = runs[turn].ask(
            student, t, *answers[turn][-1], expected=paths[turn][t - 1], hint=STATE
        )
        answers[turn].append(answer)
    runs[0].ask(student, 3, *answers[0][2], expected=paths[0][2], hint=STATE)
    runs[1].ask(student, 1, *answers[1][0], expected=paths[1][0], hint=STATE)


@question("momentum", points=1.5)
def test_momentum_follows_its_rule(student, rng):
    """`momentum_step` accumulates gradients in a buffer and steps along it, at any learning rates."""
    check_rule(student, rng, "momentum_step", momentum=0.9)


@question("momentum", points=1.5)
def test_nesterov_follows_its_rule(student, rng):
    """`nesterov_step` steps along the gradient plus momentum times the new buffer."""
    check_rule(student, rng, "nesterov_step", momentum=0.9)


@question("momentum", points=1)
def test_momentum_lives_in_the_state(student, rng):
    """Several problems can take turns with `momentum_step` and `nesterov_step`, each with its state."""
    for name in ("momentum_step", "nesterov_step"):
        check_state(student, rng, name)


@question("adaptive", points=1.25)
def test_adagrad_follows_its_rule(student, rng):
    """`adagrad_step` divides by the root of the sum of all squared gradients, plus eps."""
    check_rule(student, rng, "adagrad_step", eps=1e-10)


@question("adaptive", points=1.25)
def test_rmsprop_follows_its_rule(student, rng):
    """`rmsprop_step` divides by the root of a running mean of squared gradients, plus eps."""
    check_rule(student, rng, "rmsprop_step", alpha=0.99, eps=1e-8)


@question("adaptive", points=1.25)
def test_adadelta_follows_its_rule(student, rng):
    """`adadelta_step` scales the gradient by a ratio of two roots, with eps inside each, and by lr."""
    check_rule(student, rng, "adadelta_step", rho=0.9, eps=1e-6)


@question("adaptive", points=1.25)
def test_adam_follows_its_rule(student, rng):
    """`adam_step` divides the corrected mean by the root of the corrected mean square, plus eps."""
    check_rule(student, rng, "adam_step", betas=(0.9, 0.999), eps=1e-8)


@question("adaptive", points=1)
def test_adaptive_rates_live_in_the_state(student, rng):
    """Several problems can take turns with each adaptive method, each problem with its own state."""
    for name in ("adagrad_step", "rmsprop_step", "adadelta_step", "adam_step"):
        check_state(student, rng, name)
