"""Held-out checks of assignment 6: models trained in the sandbox, measured outside.

`fit` gets rows and labels, `predict_proba` gets rows alone: no hidden label that counts ever enters
the sandbox. Both ends of each ramp are set from measured gradings (`protocol.py`, `measured.json`).
"""

import numpy as np
from protocol import (
    ACCURACY_RAMP,
    AUC_RAMP,
    CLASSES,
    RUNS,
    draw,
    late_hours_found,
    reference_curve,
    scores,
)

from autograder.checks import (
    as_array,
    assert_close,
    excusing,
    fail,
    measure,
    plot,
    question,
    ramp,
    require,
)

SCALE = (
    "Standardise by the mean and the spread of the training rows, keep both in the model, and use "
    "the same two in `predict_proba`."
)
SWAPPED = "The order is turned round: return the probability of the class 1, being late."
HARD = "These are classes, not probabilities: return the output of the sigmoid itself."
ALIKE = "All rows get the same prediction."
GUESSING = (
    "This is no better than guessing: train on the `X` and `y` that `fit` is given, row by row in "
    "step, not on variables of the notebook."
)
BLANK = "Where a column's standard deviation is 0, divide by 1 instead."
OWN_DATA = "Train on the `X` and `y` that `fit` is given, not on variables of the notebook."
AXIS = "Each row needs its own softmax (over axis 1), one column for each class, in order."
SEED = (
    "Give `seed` to every source of randomness that `fit` uses (NumPy's and PyTorch's), and leave "
    "none for `predict_proba`: dropout is for training."
)
WHAT = "the result of `predict_proba`"
REFERENCE_CURVE = reference_curve()


def as_table(value):
    """The answer as an array: a list of numbers or of rows counts as one, whatever it holds."""
    if isinstance(value, (list, tuple)):
        try:
            return np.array(value)
        except (ValueError, OverflowError):
            fail(f"The rows of {WHAT} differ in length.")
    return value


def finite(answer, hint):
    """The answer itself, unless it has NaN or infinities."""
    require(bool(np.isfinite(answer).all()), f"Some of {WHAT} is NaN or infinite.", hint)
    return answer


def lateness(value, n):
    """`(n,)` probabilities of being late, or `(n, 2)` ones of both classes, as `(n,)` scores."""
    answer = as_table(value)
    if isinstance(answer, np.ndarray) and answer.shape == (n, 2):
        both = finite(as_array(answer, shape=(n, 2), what=WHAT), SCALE)
        return both[:, 1] - both[:, 0]
    hint = "Give one probability for each row, as a flat array of shape (n,)."
    return finite(as_array(answer, shape=(n,), what=WHAT, hint=hint), SCALE)


def digit_columns(value, n):
    """`(n, 10)` scores."""
    hint = "Ten classes need ten columns, in the order of the labels 0 to 9."
    return finite(as_array(as_table(value), shape=(n, CLASSES), what=WHAT, hint=hint), BLANK)


def trained(student, run):
    """A model trained on the run's rows."""
    return student.opaque.fit(run.X, run.y, run.seed)


def answers(student, model, run, read):
    """A model's answers to each batch of rows that the run asks for."""
    return [read(student.predict_proba(model, rows), len(rows)) for rows in run.batches]


def mean_score(student, rng, name, read):
    """The mean over all runs, all the answers that were given, and the runs with their models."""
    given, runs = [], []

    def answer(run):
        runs.append((run, trained(student, run)))
        given.extend(answers(student, runs[-1][1], run, read))
        return given[-len(run.batches) :]

    return float(np.mean(scores(name, rng, answer))), np.concatenate(given), runs


def rank(student, runs):
    """Measure the models on public rows for the leaderboard, and draw how the first one finds them.

    It comes after all that points depend on; where it fails, nothing is ranked or drawn.
    """
    with excusing() as excused:
        given = [answers(student, model, run.public, lateness) for run, model in runs]
    if excused.finding is not None:
        return
    boards = [run.public for run, _ in runs]
    found = [board.score(each) for board, each in zip(boards, given, strict=True)]
    measure("mean AUC on public rows", float(np.mean(found)))
    plot(
        "Late hours found among public rows, going down from the surest prediction",
        x="% of the list",
        y="share of the late hours",
        curves={
            "your model": late_hours_found(np.concatenate(given[0]), boards[0].truth),
            "the reference": REFERENCE_CURVE,
        },
    )


def why_flights(auc, given):
    """The likely mistake behind a low AUC."""
    values = len(np.unique(given))
    if values <= RUNS:
        return HARD if values > 1 and auc > 0.5 else ALIKE
    return SWAPPED if auc < 1 - AUC_RAMP["low"] else SCALE


@question("flights", points=8)
def test_flights_late_above_punctual(student, rng):
    """A model from `fit` ranks unseen late hours above punctual ones: the mean AUC of three seeds.

    Between the ends of the ramp, points grow linearly.
    """
    auc, given, runs = mean_score(student, rng, "flights", lateness)
    if auc > AUC_RAMP["low"]:
        # The least capable model that got here learns these labels as well, turned round: its AUC
        # is then about 1 - auc. One that answers as before has not learned from them.
        run = draw("flights", rng).turned_round(rng)
        require(
            run.score(answers(student, trained(student, run), run, lateness)) < 0.5,
            "Trained on labels that were turned round, the model still predicts as before.",
            OWN_DATA,
        )
    rank(student, runs)
    what = f"mean AUC of {RUNS} runs"
    ramp(auc, **AUC_RAMP, what=what, hint=why_flights(auc, given))


@question("digits", points=7)
def test_digits_are_read(student, rng):
    """The same `fit` tells ten handwritten digits apart: the mean accuracy of three seeds.

    Between the ends of the ramp, points grow linearly.
    """
    accuracy, given, _ = mean_score(student, rng, "digits", digit_columns)
    hint = SCALE
    if len(np.unique(given, axis=0)) <= RUNS:
        hint = ALIKE
    elif accuracy < 0.2:
        hint = GUESSING
    elif given.min() >= 0 and not np.allclose(given.sum(axis=1), 1, atol=1e-3):
        hint = AXIS
    ramp(accuracy, **ACCURACY_RAMP, what=f"mean accuracy of {RUNS} runs", hint=hint)


def any_numbers(value, n):
    """One answer per row, of any width: whether it is any good is asked elsewhere."""
    answer = as_table(value)
    shape = answer.shape if isinstance(answer, np.ndarray) else ()
    return as_array(answer, shape=(n, *shape[1:]), what=WHAT)


def require_same_again(student, rng, name, sizes):
    """Equal seeds, equal answers; returns the finding that says why nothing can be asked here."""
    run, other = (draw(name, rng, **sizes) for _ in range(2))
    (rows,) = run.batches

    def ask(model):
        return any_numbers(student.predict_proba(model, rows), len(rows))

    with excusing() as excused:
        model = student.opaque.fit(run.X, run.y, run.seed)
        first = ask(model)
    if excused.finding is not None:
        return excused.finding
    asked = "the second answer of the same model to the same rows"
    assert_close(ask(model), first, what=asked, hint=SEED, atol=1e-6)
    student.opaque.fit(other.X, other.y, other.seed)
    again = student.opaque.fit(run.X, run.y, run.seed)
    trained = "the answer of a model trained again with the same seed"
    assert_close(ask(again), first, what=trained, hint=SEED, atol=1e-6)
    return None


@question("reproducible", points=3)
def test_the_seed_decides(student, rng):
    """The same rows and the same seed give the same predictions, whatever was fitted in between."""
    # Where one of the two data sets cannot be asked, its own question says so.
    found = [
        require_same_again(student, rng, "flights", {"train": 1500, "test": 200}),
        require_same_again(student, rng, "digits", {"train": 400, "test": 60}),
    ]
    if None not in found:
        raise found[0]
