"""Held-out checks of assignment 4: stochastic gradient descent.

Tolerances are the course's own (rtol 1e-6, atol 1e-8): a trajectory here is at most 20 short
float64 steps on numbers of order one, whose rounding stays below 1e-12, and hyperparameters are
drawn so that each known mistake moves the result by far more than the tolerance.

`train` may draw from its `rng` in any way, so its numbers are compared only where they cannot
depend on the order of the rows: when a batch holds all rows, when all rows are alike, and when
every row has a weight of its own, after the weights are sorted. The chance that a right answer
fails a statistical check is below 1e-6 and stands next to it.
"""

from functools import partial

import numpy as np
from descents import RULES, UPHILL, Descent, away_from_zero
from partitions import (
    ask_twice,
    draw_minibatches,
    require_disorder,
    require_fairness,
    require_spread,
)
from probes import (
    ALL_ROWS,
    EVERY_ROW,
    RECIPE,
    THRESHOLD,
    WIDTHS,
    Problem,
    Task,
    halves,
    reference_losses,
    rings,
    used_together,
)

from autograder.checks import assert_close, plot, question, require
from reference import arrays as reference

REFERENCE_LOSSES = reference_losses()
STATE = "All that a step remembers goes into the state it returns, and nowhere else."


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


@question("minibatches", points=1.5)
def test_minibatches_partition_the_rows(student, rng):
    """`minibatches` deals every row exactly once, `batch_size` at a time; the last may be short."""
    size, count = int(rng.integers(3, 14)), int(rng.integers(3, 12))
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
    for least, most in (((140, 4), (161, 5)), ((20, 20), (31, 31))):
        size, count = (int(number) for number in rng.integers(least, most))
        require_spread(draw_minibatches(student, size * count, size, rng), n=size * count)
    n, third = int(rng.integers(560, 641)), int(rng.integers(100, 121))
    require_disorder(np.concatenate(draw_minibatches(student, n, 1, rng)))
    orders = [np.concatenate(draw_minibatches(student, 3 * third, third, rng)) for _ in range(50)]
    require_fairness(np.array(orders))


@question("minibatches", points=0.75)
def test_minibatches_draw_from_rng(student, rng):
    """`minibatches` draws from `rng` alone: equal states give equal pieces, others give others."""
    # Two random orders of 30 rows agree with probability 1/30!, two last pieces of 3 out of 30
    # rows hold the same rows with 1/C(30, 3); six in a row with C(30, 3)**-5 = 9e-19.
    for batch_size in (9, 40):
        ask = partial(draw_minibatches, student, 30, batch_size)
        first = ask_twice(rng, ask, "Draw from the generator `rng` that is passed, and no other.")
        others = [draw_minibatches(student, 30, batch_size, rng) for _ in range(6)]
        orders = [np.concatenate(pieces) for pieces in (first, *others)]
        require(
            any(not np.array_equal(orders[0], order) for order in orders[1:]),
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
            told = {"hint": RULES[name], "mistakes": run.mistakes(t)}
            theta, state = run.ask(student, t, theta, state, expected=expected, **told)


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
    """`momentum_step` gathers gradients in a buffer and steps along it, whatever lr does."""
    check_rule(student, rng, "momentum_step", momentum=0.9)


@question("momentum", points=1.5)
def test_nesterov_follows_its_rule(student, rng):
    """`nesterov_step` steps along the gradient plus momentum times the new buffer."""
    check_rule(student, rng, "nesterov_step", momentum=0.9)


@question("momentum", points=1)
def test_momentum_lives_in_the_state(student, rng):
    """Problems can take turns with `momentum_step` and `nesterov_step`, each with its own state."""
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
    """`adadelta_step` scales the gradient by a ratio of roots, with eps inside each, and by lr."""
    check_rule(student, rng, "adadelta_step", rho=0.9, eps=1e-6)


@question("adaptive", points=1.25)
def test_adam_follows_its_rule(student, rng):
    """`adam_step` divides the corrected mean by the root of the corrected mean square, plus eps."""
    check_rule(student, rng, "adam_step", betas=(0.9, 0.999), eps=1e-8)


@question("adaptive", points=1)
def test_adaptive_rates_live_in_the_state(student, rng):
    """Problems can take turns with each adaptive method, each problem with its own state."""
    for name in ("adagrad_step", "rmsprop_step", "adadelta_step", "adam_step"):
        check_state(student, rng, name)


# train


@question("train", points=1)
def test_train_on_whole_batches(student, rng):
    """`train` with all rows in one batch is gradient descent on the mean BCE of a ReLU network."""
    widths = [int(width) for width in rng.permutation(np.arange(2, 6))]
    for sizes, n, batch_size in (
        ((widths[0], widths[1], 1), 12, 12),
        ((widths[0], 1), 9, 20),
        ((*widths[:3], 1), 11, 15),
    ):
        problem, epochs, lr = Problem.random(rng, n=n, sizes=sizes), 4, 0.4
        expected, history = problem.expected(epochs=epochs, batch_size=n, lr=lr)
        params, actual = problem.ask(student, rng, epochs=epochs, batch_size=batch_size, lr=lr)
        rates = {
            "The gradient is averaged over the rows of the batch, not summed.": lr * n,
            "Average over the rows that there are, not over batch_size.": lr * (n / batch_size),
            "That is uphill: subtract the gradient.": -lr,
        }
        mistakes = {hint: partial(problem.descent, epochs, rate) for hint, rate in rates.items()}
        mistakes["The biases are trained, too."] = partial(problem.descent, epochs, lr, biases=0.0)
        what = f"the parameters ({len(sizes) - 1} layer(s), {n} rows, batch_size = {batch_size})"
        assert_close(params, expected, what=what, mistakes=mistakes)
        before = {
            "These are the losses before each epoch.": [problem.loss(problem.params), *history[:-1]]
        }
        assert_close(actual, np.array(history), what="history", hint=ALL_ROWS, mistakes=before)
    problem, lr = Problem.overshooting(rng)
    expected, _ = problem.expected(epochs=3, batch_size=2, lr=lr)
    params, _ = problem.ask(student, rng, epochs=3, batch_size=2, lr=lr)
    best = {
        "These are the parameters of the epoch with the least loss: return the last.": partial(
            problem.descent, 1, lr
        )
    }
    what = "the parameters (3 epochs with a rising loss)"
    assert_close(params, expected, what=what, mistakes=best)


@question("train", points=1)
def test_train_steps_once_per_batch(student, rng):
    """`train` takes one step for each batch, the last and shorter one included."""
    for sizes, n, size in (((3, 4, 1), 9, 4), ((2, 1), 11, 4), ((3, 4, 2, 1), 6, 1)):
        problem, epochs, lr = Problem.alike(rng, n=n, sizes=sizes), 3, 0.2
        steps, rest = -(-n // size), n % size
        expected, history = problem.expected(epochs=epochs, batch_size=size, lr=lr)
        params, actual = problem.ask(student, rng, epochs=epochs, batch_size=size, lr=lr)
        whole, descent = [lr] * (n // size), partial(problem.descent, epochs)
        mistakes = {
            "This is one step per epoch: take one for each batch.": partial(descent, lr),
            "Each step needs the gradient at the parameters of that moment.": partial(
                descent, *[lr] * steps, fresh=False
            ),
        }
        if rest:
            mistakes |= {
                "The short last batch is left out.": partial(descent, *whole),
                "Average over the batch's own rows: the last one has fewer.": partial(
                    descent, *whole, lr * rest / size
                ),
            }
        what = f"the parameters after {epochs} epochs of {steps} batches"
        assert_close(params, expected, what=what, mistakes=mistakes)
        assert_close(actual, np.array(history), what="history", hint=ALL_ROWS)


@question("train", points=1)
def test_train_uses_every_row_once(student, rng):
    """`train` uses every row exactly once in an epoch, and history tells the loss over all rows."""
    for n, batch_size in ((14, 4), (13, 1)):
        problem, settings = Problem.unit_rows(rng, n=n), {"epochs": 1, "lr": 1.0}
        [(W, b)], history = problem.expected(batch_size=batch_size, **settings)
        [(actual_W, actual_b)], actual = problem.ask(
            student, rng, batch_size=batch_size, **settings
        )
        what = f"the sorted weights for {n} unit vectors as rows (batch_size = {batch_size})"
        assert_close(np.sort(actual_W[:, 0]), np.sort(W[:, 0]), what=what, hint=EVERY_ROW)
        assert_close(actual_b, b, what="the bias in the same problem", hint=EVERY_ROW)
        assert_close(actual, np.array(history), what="history", hint=ALL_ROWS)
    for epochs in (1, 3):
        problem = Problem.random(rng, n=37, sizes=(3, 5, 4, 1))
        params, history = problem.ask(student, rng, epochs=epochs, batch_size=8, lr=0.3)
        what = f"the last of {epochs} entries of history"
        assert_close(history[-1], problem.loss(params), what=what, hint=ALL_ROWS)


@question("train", points=1)
def test_train_reshuffles_with_rng(student, rng):
    """`train` deals the rows to new batches in each epoch, at random, by the `rng` it is given."""
    for n in (30, 26):
        problem = Problem.unit_rows(rng, n=n)
        run = partial(problem.ask, student, epochs=1, batch_size=4, lr=1.0)
        hint = "Shuffle with the generator `rng` that is passed, and with nothing else."
        first = ask_twice(rng, run, hint)
    # 24 rows dealt twice into 6 batches of 4 meet the same companions with probability
    # 6! 4!**6 / 24! = 2e-13; the two left over by 26 rows make it smaller still.
    [(W, _)], _ = problem.ask(student, rng, epochs=2, batch_size=4, lr=1.0)
    require(
        len(np.unique(used_together(W[:, 0]))) > 7,
        "The batches of the second epoch hold the same rows as those of the first.",
        "Draw a new order of all rows at the start of each epoch.",
    )
    runs = (first, *(run(rng) for _ in range(5)))
    groups = [used_together(params[0][0][:, 0]) for params, _ in runs]
    require(
        any(not np.array_equal(groups[0], other) for other in groups[1:]),
        "Other generators give the same order of the rows.",
        hint,
    )
    # The last batch has 2 of 26 rows; six times the same two: C(26, 2)**-5 = 3e-13.
    sizes = [np.bincount(group)[group] for group in groups]
    require(
        any(not np.array_equal(sizes[0] == 2, other == 2) for other in sizes[1:]),
        "The short last batch always holds the same rows.",
        "Shuffle all rows, also those that do not fill a whole batch.",
    )


# convergence


@question("convergence", points=2)
def test_train_learns_to_tell_disc_from_ring(student, rng):
    """Networks trained by `train` tell a disc from the ring around it, and both sides of a line.

    What is class 1, and where a line lies, is drawn anew; rows are judged that were not seen.
    """
    found = []
    # Of two lines, weights that were right elsewhere fit both in one of forty gradings.
    for form in (rings, halves, halves):
        task = Task.draw(rng, form)
        problem = Problem(*task.rows(rng, 200), reference.init_params(WIDTHS, rng))
        params, history = problem.ask_params(student.forgiving, rng, **RECIPE)
        found.append(task.unseen_accuracy(params, rng))
        if form is rings:
            curves = {"yours": history, "the reference (mean of 100 runs)": REFERENCE_LOSSES}
            title = "Your loss beside the reference's"
            plot(title, x="epoch", y="mean BCE over all rows", curves=curves)
    require(
        min(found) >= THRESHOLD,
        f"The accuracy on unseen rows is {min(found):.3f}, expected at least {THRESHOLD}.",
        "Look at your history: the loss should fall from epoch to epoch, almost to zero.",
    )
