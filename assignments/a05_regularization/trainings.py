"""Runs of `train_regularized` whose numbers no random choice can change, and what must vary."""

from __future__ import annotations

from functools import partial

import numpy as np
from masks import GIVEN_RNG, expected_by_chance, require_random_masks
from one_step import draw_layer_pairs, draw_masks, draw_twice_dropped
from problems import USUAL, Problem, staircase
from runs import require_epochs, require_history, require_own_metrics

from autograder.checks import assert_close, require
from reference import arrays as reference

LR = USUAL["lr"]
BEST = "Return the parameters of the epoch with the best validation accuracy."
EVERY_ROW = "In every epoch each row is used exactly once, the short last batch included."


def check_run(student, rng, problem, settings, *, case, mistakes):
    """One epoch, whose parameters must be the ones that come back, and then three."""
    once = settings | {"epochs": 1}
    expected, run = problem.expected(**once), problem.ask(student, rng, **once)
    require_epochs(run, 1, case=f"after one epoch {case}")
    what = f"the parameters after one epoch {case}"
    assert_close(run.params, expected.params, what=what, mistakes=mistakes)
    penalty = reference.l2_penalty(expected.params, settings["weight_decay"])
    require_history(run, expected, case=f"after one epoch {case}", penalty=penalty)
    more = settings | {"epochs": 3}
    expected, run = problem.expected(**more), problem.ask(student, rng, **more)
    require_epochs(run, 3, case=f"after three epochs {case}")
    require_history(run, expected, case=f"in three epochs {case}")
    what = f"the best parameters of three epochs {case}"
    assert_close(run.params, expected.params, what=what, hint=BEST)


def check_whole_batches(student, rng, *, sizes, n, batch_size, decay):
    """Steps with all rows in one batch."""
    problem = Problem.random(rng, n=n, sizes=sizes)
    settings = {"batch_size": batch_size, "weight_decay": decay}
    case = f"({len(sizes) - 1} layer(s), {n} rows, batch_size = {batch_size})"
    hints = whole_batch_mistakes(problem, decay, batch_size)
    check_run(student, rng, problem, settings, case=case, mistakes=hints)


def whole_batch_mistakes(problem, decay, batch_size):
    """Hint -> a function for the parameters that this mistake gives after one step."""
    n, pull = len(problem.X), LR * decay
    rules = {
        "The L2 term is missing in the steps.": (LR, 0.0),
        "The gradient of the L2 term is weight_decay * W, without a 2.": (LR, 2 * pull),
        "The gradient of the L2 term is weight_decay * W, without a 1/2.": (LR, pull / 2),
        "The L2 term pulls the weights towards 0.": (LR, -pull),
        "The L2 term is not divided by the number of rows.": (LR, pull / n),
        "The step is lr times the whole gradient, the L2 term included.": (LR, decay),
        "The gradient is averaged over the rows of the batch, not summed.": (LR * n, pull),
        "Average over the rows that there are, not over batch_size.": (LR * n / batch_size, pull),
        "That is uphill: subtract the gradient.": (-LR, -pull),
        "These are the parameters from before training; is a short batch used?": (0.0, 0.0),
    }
    hints = {hint: partial(problem.after, [step]) for hint, step in rules.items()}
    hints["Biases are not penalised."] = partial(problem.after, [(LR, pull)], shrink_biases=pull)
    hints["The biases are trained, too."] = partial(problem.after, [(LR, pull)], biases=0.0)
    return hints


def check_early_stop(student, rng, deltas, patience):
    """One run whose validation accuracy goes up and down as it is told."""
    rows, epochs = 4, len(deltas) + 1
    problem = staircase(rng, deltas, rows=rows)
    settings = {"epochs": epochs, "patience": patience, "batch_size": rows}
    expected, run = problem.expected(**settings), problem.ask(student, rng, **settings)
    case = f"(at most {epochs} epochs, patience = {patience})"
    late = "Stop when `patience` epochs in a row brought no new best; a tie is not a new best."
    hints = dict.fromkeys(range(expected.epochs + 1, epochs), late)
    hints[epochs] = "Training must stop after `patience` epochs in a row without a new best."
    hints[expected.best + 1] = "history goes on to the epoch at which training stops."
    require_epochs(run, expected.epochs, case=case, hints=hints)
    require_history(run, expected, case=case)

    def after(epoch):
        return problem.after([(LR, 0.0)] * (epoch + 1))

    last = {"These are the last epoch's: keep those of the best one.": expected.epochs - 1}
    others = {f"These are the parameters of epoch {e} (from 0).": e for e in range(epochs)}
    mistakes = {hint: partial(after, e) for hint, e in (last | others).items()}
    assert_close(run.params, expected.params, what=f"the parameters {case}", mistakes=mistakes)


def check_batches(student, rng, *, sizes, n, size):
    """Rows that are all alike, so that only the number of steps and the batches' sizes matter."""
    decay = 0.1
    whole, rest, step = n // size, n % size, (LR, LR * decay)
    rules = {
        "This is one step per epoch: take one for each batch.": [step],
        "The L2 term is missing in the steps.": [(LR, 0.0)] * (whole + (rest > 0)),
        "The short last batch is left out.": [step] * whole,
        "Average over the batch's own rows: the last one has fewer.": (
            [step] * whole + [(LR * rest / size, LR * decay)]
        ),
        "The L2 term belongs to every step, not to the epoch.": (
            [(LR, 0.0)] * (whole - (rest == 0)) + [step]
        ),
        "The L2 term is the same in every step, whatever the size of the batch.": (
            [(LR, LR * decay * size / n)] * whole + [(LR, LR * decay * rest / n)] * (rest > 0)
        ),
    }
    problem = Problem.alike(rng, n=n, sizes=sizes)
    settings = {"batch_size": size, "weight_decay": decay}
    case = f"of {whole + (rest > 0)} batches"
    hints = {hint: partial(problem.after, steps) for hint, steps in rules.items()}
    check_run(student, rng, problem, settings, case=case, mistakes=hints)


def level_rows(rng, *, n, size):
    """Unit rows for one layer with equal weights, so that each row moves a weight of its own.

    The validation row has a feature of its own whose weight never moves; its logit rises above 0 as
    soon as the bias, which each step raises, has grown in the second epoch.
    """
    start = float(rng.uniform(-0.5, 0.0))
    W, b = np.full((n + 1, 1), start), np.array([start])
    rows = np.eye(n + 1)
    problem = Problem(rows[rng.permutation(n)], np.ones(n), [(W, b)], rows[n:], np.ones(1))
    [(after, bias)] = problem.expected(epochs=1, batch_size=size, lr=1.0).params
    # No row's logit exceeds `most` when the second epoch begins, so its first step lifts b by
    # at least 1 - sigmoid(most).
    most = after.max() + bias[0]
    W[n] = -(bias[0] + 0.5 * (1 - reference.sigmoid(np.array(most))))
    return problem


def check_every_row(student, rng, *, n, size):
    """One epoch on unit rows: the sorted weights are the same for every order of the rows."""
    problem, settings = (
        level_rows(rng, n=n, size=size),
        {"epochs": 1, "batch_size": size, "lr": 1.0},
    )
    expected, run = problem.expected(**settings), problem.ask(student, rng, **settings)
    [(W, b)], [(right_W, right_b)] = run.params, expected.params
    case = f"for {n} unit vectors as rows (batch_size = {size})"
    what = f"the sorted weights {case}"
    assert_close(np.sort(W[:, 0]), np.sort(right_W[:, 0]), what=what, hint=EVERY_ROW)
    assert_close(b, right_b, what=f"the bias {case}", hint=EVERY_ROW)
    require_history(run, expected, case=case)


def used_together(weights):
    """For each row the group of rows whose weights, and so whose batches, were the same."""
    order = np.argsort(weights)
    groups = np.concatenate([[0], np.cumsum(np.diff(weights[order]) > 1e-7)])
    return groups[np.argsort(order)]


def check_reshuffling(student, rng):
    """The second epoch has new batches, and another generator gives others."""
    problem = level_rows(rng, n=26, size=4)

    def groups(rng, epochs):
        run = problem.ask(student, rng, epochs=epochs, batch_size=4, lr=1.0)
        return used_together(run.params[0][0][:26, 0])

    # 24 rows dealt twice into 6 batches of 4 meet the same companions with probability
    # 6! 4!**6 / 24! = 2e-13; the two left over by 26 rows make it smaller still.
    require(
        len(np.unique(groups(rng, 2))) > 7,
        "The batches of the second epoch hold the same rows as those of the first.",
        "Draw a new order of all rows at the start of each epoch.",
    )
    dealt = [groups(rng, 1) for _ in range(6)]
    message = "Other generators give the same order of the rows."
    varies = any(not np.array_equal(dealt[0], other) for other in dealt[1:])
    require(varies, message, GIVEN_RNG)
    # The last batch has 2 of 26 rows; six times the same two: C(26, 2)**-5 = 3e-13.
    short = {tuple(np.flatnonzero(np.bincount(group)[group] == 2)) for group in dealt}
    message = "The short last batch always holds the same rows."
    require(len(short) > 1, message, "Shuffle all rows, also those of the short last batch.")


def check_masks(student, rng):
    """Masks of whole batches, of single rows and of two epochs look like independent draws."""
    for p, runs in ((float(rng.uniform(0.55, 0.7)), 8), (float(rng.uniform(0.25, 0.35)), 2)):
        shape = {"n": 20, "width": 60, "batch_size": 20, "lr": 0.02}
        kept = np.array([draw_masks(student, rng, p=p, **shape) for _ in range(runs)])
        names = ("generators", "rows of a batch", "units")
        require_random_masks(kept, p, "The dropout in training", names)
    shape = {"n": 40, "width": 30, "batch_size": 1, "lr": 0.002}
    kept = draw_masks(student, rng, p=0.4, **shape)[None]
    names = ("generators", "steps", "units")
    require_random_masks(kept, 0.4, "The dropout in training, row by row,", names)
    both = draw_twice_dropped(student, rng, p=0.5, n=30, width=50)
    share = float(both.mean())
    require(
        expected_by_chance(int(both.sum()), both.size, 0.25),
        f"In two epochs with p = 0.5, {share:.0%} of the weights have not moved, expected 25%.",
        "Draw new masks in each epoch. (The second epoch is the best one here.)",
    )
    # About 25 of 44 units are active in both layers.
    pairs = [draw_layer_pairs(student, rng, p=0.35, width=44) for _ in range(6)]
    first, second = np.concatenate(pairs, axis=1)
    require(
        expected_by_chance(int((first == second).sum()), first.size, 0.35**2 + 0.65**2),
        "Two hidden layers of equal width drop the same units more or less often than chance does.",
        "Draw a new mask for each layer.",
    )
    seed = int(rng.integers(2**32))
    problem = Problem.random(rng, n=9, sizes=(3, 8, 1))
    settings = {"p": 0.5, "epochs": 2, "batch_size": 4}
    first, again = (problem.ask(student, np.random.default_rng(seed), **settings) for _ in range(2))
    what = "the parameters from the same generator state, the second time,"
    assert_close(again.params, first.params, what=what, hint=GIVEN_RNG)
    what = "the history from the same generator state, the second time,"
    assert_close(again.history, first.history, what=what, hint=GIVEN_RNG)


def check_zero_logits(student, rng):
    """One step on two opposite rows leaves the bias, so the logit of a zero row, at exactly 0."""
    x = rng.uniform(0.5, 1.5, size=(1, 3)) * rng.choice([-1.0, 1.0], size=(1, 3))
    zeros = np.zeros((3, 3))
    X_val, y_val = np.concatenate([x, -x, zeros]), np.array([1.0, 0.0, 0.0, 0.0, 1.0])
    start = [(np.zeros((3, 1)), np.zeros(1))]
    problem = Problem(np.concatenate([x, -x]), np.array([1.0, 0.0]), start, X_val, y_val)
    settings = {"epochs": 1, "batch_size": 2}
    expected, run = problem.expected(**settings), problem.ask(student, rng, **settings)
    hints = {"Class 1 needs a logit greater than 0; 0 is class 0.": np.array([0.6])}
    require_history(run, expected, case="where logits are exactly 0", accuracies=hints)


def check_own_metrics(student, rng, *, sizes, p):
    """A run with all three: its history fits the parameters that it returned."""
    problem = Problem.random(rng, n=23, sizes=sizes, n_val=31)
    settings = {"epochs": 9, "patience": 3, "batch_size": 5, "weight_decay": 0.05}
    run = problem.ask(student, rng, p=p, **settings)
    accuracies = run.history["val_accuracy"]
    best = reference.early_stopping(accuracies, 3) if run.epochs else 0
    case = "for the validation accuracies that it holds (at most 9 epochs, patience = 3)"
    require_epochs(run, min(9, best + 4), case=case)
    require_own_metrics(run, problem, case=f"with p = {p}")
