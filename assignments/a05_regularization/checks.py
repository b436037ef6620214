"""Held-out checks of assignment 5: fighting overfitting.

Tolerances are the course's own (rtol 1e-6, atol 1e-8): the longest trajectory that is compared
number by number has a dozen float64 steps on numbers of order one.

Random numbers may be drawn in any order and by any method of `rng`, so a mask is compared with
chance (masks.py, with the false-alarm rates), and a training step with what the masks that can be
read from it make of it (one_step.py). Where neither masks nor the order of the rows matter, a whole
run is compared with the reference (trainings.py).
"""

import numpy as np
from masks import (
    GIVEN_RNG,
    draw,
    draw_kept,
    require_independence,
    require_inverted,
    require_no_echo,
    require_random_masks,
    require_rate,
    values_with_zeros,
)
from noisy import (
    HIGH,
    LOW,
    RECIPE,
    RUNS,
    Exercise,
    losses_of,
    reference_losses,
)
from one_step import check_nothing_to_drop, check_one_row, check_unit_rows
from penalties import draw_networks, penalty_mistakes, pull_mistakes, pulls
from problems import random_params
from stops import CURVES, STAIRCASES, accuracies_of, mistakes
from trainings import (
    check_batches,
    check_early_stop,
    check_every_row,
    check_masks,
    check_own_metrics,
    check_reshuffling,
    check_whole_batches,
    check_zero_logits,
)

from autograder.checks import assert_close, plot, question, ramp, require
from reference import arrays as reference

REFERENCE_LOSSES = {name: reference_losses(name) for name in ("train_loss", "val_loss")}

# dropout


@question("dropout", points=1.25)
def test_dropout_scales_what_it_keeps(student, rng):
    """`dropout(a, p, rng)` returns `(out, mask)`: mask is 0 or 1 / (1 - p), and out is a * mask."""
    a, b, c = (int(size) for size in rng.integers(2, 7, size=3))
    cases = [((15, 20), rng.uniform(0.2, 0.35)), ((300,), rng.uniform(0.65, 0.8)), ((400,), 0.95)]
    cases += [((a, b, c), 0.5), ((1, a), 0.25), ((b, 1), 0.1), ((1,), 0.5), ((1, 1, 1), 0.3)]
    for shape, p in cases:
        values = values_with_zeros(rng, shape)
        require_inverted(*draw(student, values, float(p), rng), values, float(p))


@question("dropout", points=1.25)
def test_dropout_drops_each_element_by_chance(student, rng):
    """`dropout` drops each element independently of all others, with probability p."""
    for p in (float(rng.uniform(0.2, 0.35)), float(rng.uniform(0.65, 0.8))):
        a = values_with_zeros(rng, (20, 60))
        kept = np.array([draw_kept(student, a, p, rng) for _ in range(8)])
        require_random_masks(kept, p, "`dropout`", ("calls", "rows", "columns"))
        for sign, name in ((0, "zero"), (1, "positive"), (-1, "negative")):
            require_rate(kept[:, np.sign(a) == sign], p, f"Where a is {name}, `dropout`")
    p, a = float(rng.uniform(0.3, 0.4)), rng.normal(size=(6, 10, 16))
    kept = np.array([draw(student, a, p, rng)[1] != 0 for _ in range(2)])
    axes = ("calls", "tables", "rows", "columns")
    require_independence(kept, p, "`dropout` of three axes", axes)
    _, mask = draw(student, rng.normal(size=(30, 40)), 0.5, rng)
    require_no_echo(mask != 0, 0.5, "`dropout`")
    _, mask = draw(student, rng.normal(size=(600, 2)), 0.5, rng)
    require_rate(mask != 0, 0.5, "For rows of two elements `dropout`")


@question("dropout", points=0.5)
def test_dropout_draws_from_rng(student, rng):
    """`dropout` draws from `rng` alone: equal states give equal masks, others give others."""
    a, seed = rng.normal(size=(12, 15)), int(rng.integers(2**32))
    first, again = (draw(student, a, 0.4, np.random.default_rng(seed)) for _ in range(2))
    what = "the second answer to the same generator state"
    assert_close(again, first, what=what, hint=GIVEN_RNG)
    # Two masks of 180 elements agree with P = 0.52**180 < 1e-50.
    _, other = draw(student, a, 0.4, rng)
    message = "Another generator gives the same mask."
    require(not np.array_equal(other, first[1]), message, GIVEN_RNG)


@question("dropout", points=1)
def test_dropout_is_off_when_not_training(student, rng):
    """`dropout` returns a itself and a mask of ones when `training=False` or p = 0."""
    cases = [((9, 8), p, {"training": False}) for p in (0.3, float(rng.uniform(0.6, 0.9)), 0.0)]
    cases += [((7,), 0.5, {"training": False}), ((9, 8), 0.0, {}), ((2, 3, 4), 0.0, {})]
    cases += [((5, 6), 0.0, {"training": True})]
    for shape, p, keywords in cases:
        a = values_with_zeros(rng, shape)
        out, mask = draw(student, a, p, rng, **keywords)
        case = "when not training" if keywords == {"training": False} else "for p = 0"
        mistakes = {
            "Inverted dropout has scaled in training: nothing is left to do here.": a * (1 - p),
            "Nothing is scaled either.": a / (1 - p),
            "With p = 0 everything is kept.": 0.0 * a,
        }
        assert_close(
            out,
            a,
            what=f"`out` {case}",
            hint="Nothing is dropped or scaled here.",
            mistakes=mistakes,
        )
        hint = "The mask is all ones: np.ones_like(a)."
        assert_close(mask, np.ones(shape), what=f"`mask` {case}", hint=hint)
    a = rng.normal(size=(20, 30))
    _, mask = draw(student, a, 0.5, rng, training=True)
    # Nothing of 600 elements is dropped with P = 2**-600.
    require(bool((mask == 0).any()), "Nothing is dropped with training=True and p = 0.5.")


# dropout_backward


@question("dropout_backward", points=1)
def test_dropout_backward_passes_through_the_mask(student, rng):
    """`dropout_backward(dout, mask)` is dout * mask, scale included."""
    a, b, c = (int(size) for size in rng.integers(2, 7, size=3))
    for shape in ((9, 8), (30,), (a, b, c), (1, 40), (40, 1), (1,)):
        p = float(rng.uniform(0.2, 0.4))
        dout, mask = rng.normal(size=shape), (rng.random(shape) >= p) / (1 - p)
        mask.flat[0], kept = 1 / (1 - p), mask > 0
        kept.flat[0] = True
        mistakes = {
            "The scale of the mask belongs to the gradient, too.": dout * kept,
            "The mask is used once, not squared.": dout * mask**2,
            "The gradient of what was kept is scaled up, not down.": dout * kept * (1 - p),
            "What was dropped gets no gradient.": dout,
            "This gives a gradient to what was dropped, not to what was kept.": dout * ~kept,
            "The result is the mask times dout.": mask,
        }
        what = f"`dropout_backward(dout, mask)` for shape {shape}"
        actual = student.dropout_backward(dout, mask)
        expected = reference.dropout_backward(dout, mask)
        hint = "Multiply dout by the mask that is given, element by element."
        assert_close(actual, expected, what=what, hint=hint, mistakes=mistakes)
    for mask in (np.zeros((4, 3)), np.ones((4, 3))):
        dout = rng.normal(size=(4, 3))
        what = f"`dropout_backward(dout, mask)` for a mask of {'ones' if mask.any() else 'zeros'}"
        assert_close(student.dropout_backward(dout, mask), dout * mask, what=what)


# early_stopping


def check_stop(student, accuracies, patience):
    """One call of early_stopping."""
    case = f"{len(accuracies)} epochs and patience = {patience}"
    assert_close(
        student.early_stopping(accuracies, patience),
        reference.early_stopping(accuracies, patience),
        what=f"`early_stopping` for {case}",
        hint="The best epoch before `patience` epochs in a row without a new best.",
        mistakes=mistakes(accuracies, patience),
    )


@question("early_stopping", points=2)
def test_early_stopping_finds_the_epoch_to_restore(student, rng):
    """`early_stopping` gives the best epoch before `patience` in a row without a new best."""
    for ranks, patience in CURVES:
        check_stop(student, accuracies_of(ranks, rng).tolist(), patience)
    # The epochs above could be known by heart, in their order; eight of these agree by chance with
    # P < 1e-4.
    for _ in range(8):
        ranks, patience = rng.integers(0, 9, size=12), int(rng.integers(2, 6))
        check_stop(student, accuracies_of(ranks, rng).tolist(), patience)


@question("early_stopping", points=1)
def test_early_stopping_takes_any_curve(student, rng):
    """`early_stopping` takes lists and arrays, fractions and per cent, of any length, with ties."""
    for trial in range(32):
        ranks = rng.integers(0, 6, size=int(rng.integers(1, 14)))
        accuracies, patience = accuracies_of(ranks, rng), int(rng.integers(1, 5))
        whole = np.round(1000 * accuracies).astype(int).tolist()
        kinds = (accuracies, accuracies.tolist(), 100 * accuracies, whole)
        check_stop(student, kinds[trial % 4], patience)


# l2


@question("l2", points=1.5)
def test_l2_penalty_sums_the_squared_weights(student, rng):
    """`l2_penalty` is weight_decay / 2 times the sum of all squared weights, biases excluded."""
    for params, decay in draw_networks(rng):
        actual, expected = student.l2_penalty(params, decay), reference.l2_penalty(params, decay)
        what = f"`l2_penalty` of {len(params)} layer(s)"
        hint = "weight_decay / 2 times the sum of all squared weights, over all layers."
        hints = penalty_mistakes(params, decay)
        assert_close(actual, expected, what=what, hint=hint, mistakes=hints)
    what = "`l2_penalty` for weight_decay = 0"
    assert_close(student.l2_penalty(random_params(rng, 3, 2), 0.0), 0.0, what=what)


@question("l2", points=1.5)
def test_l2_penalty_grads_pull_on_weights_alone(student, rng):
    """`l2_penalty_grads` is `[(weight_decay * W, zeros like b), ...]` in the order of params."""
    for params, decay in draw_networks(rng):
        actual, expected = student.l2_penalty_grads(params, decay), pulls(params, decay)
        what = f"`l2_penalty_grads` of {len(params)} layer(s)"
        hint = "A pair (dW, db) for each layer, db an array of zeros."
        hints = pull_mistakes(params, decay)
        assert_close(actual, expected, what=what, hint=hint, mistakes=hints)
    params = random_params(rng, 3, 2, 1)
    what = "`l2_penalty_grads` for weight_decay = 0"
    assert_close(student.l2_penalty_grads(params, 0.0), pulls(params, 0.0), what=what)


# train_regularized


@question("train_regularized", points=1)
def test_training_on_whole_batches(student, rng):
    """`train_regularized` without dropout is gradient descent on the mean BCE plus the L2 term."""
    a, b, c = (int(width) for width in rng.permutation(np.arange(3, 7))[:3])
    check_whole_batches(student, rng, sizes=(a, b, 1), n=12, batch_size=12, decay=0.1)
    check_whole_batches(student, rng, sizes=(a, 1), n=9, batch_size=20, decay=0.0)
    check_whole_batches(student, rng, sizes=(a, b, c, 1), n=11, batch_size=15, decay=0.04)


@question("train_regularized", points=1)
def test_training_stops_early(student, rng):
    """`train_regularized` stops on `val_accuracy` and returns the best epoch's parameters."""
    for deltas, patience in STAIRCASES:
        check_early_stop(student, rng, deltas, patience)


@question("train_regularized", points=1)
def test_training_steps_once_per_batch(student, rng):
    """`train_regularized` takes one step per batch, the short last one included, each with L2."""
    for sizes, n, size in (((3, 4, 1), 9, 4), ((2, 1), 11, 4), ((3, 5, 4, 1), 5, 1)):
        check_batches(student, rng, sizes=sizes, n=n, size=size)


@question("train_regularized", points=1)
def test_training_deals_the_rows_anew(student, rng):
    """`train_regularized` uses every row once per epoch, in batches dealt anew by `rng`."""
    check_every_row(student, rng, n=14, size=4)
    check_every_row(student, rng, n=13, size=1)
    check_reshuffling(student, rng)


@question("train_regularized", points=1)
def test_training_drops_hidden_activations(student, rng):
    """`train_regularized` drops and scales each hidden activation, and nothing else, in a step."""
    check_one_row(student, rng, p=float(rng.uniform(0.2, 0.35)))
    check_unit_rows(student, rng, p=float(rng.uniform(0.3, 0.5)))
    check_nothing_to_drop(student, rng)


@question("train_regularized", points=1)
def test_training_draws_new_masks(student, rng):
    """`train_regularized` draws a new mask from `rng` for every row in every step."""
    check_masks(student, rng)


@question("train_regularized", points=1)
def test_training_measures_without_dropout(student, rng):
    """`train_regularized` notes loss and accuracy without dropout and without the L2 term."""
    check_zero_logits(student, rng)
    for sizes, p in (((4, 12, 1), 0.5), ((3, 9, 8, 1), 0.3)):
        check_own_metrics(student, rng, sizes=sizes, p=p)


# generalisation


def draw_losses(history):
    """The student's losses beside the reference's on data of the same kind."""
    curves = {}
    for name, label in (("train_loss", "training loss"), ("val_loss", "validation loss")):
        curves[f"your {label}"] = losses_of(history, name)
        curves[f"the reference's {label}"] = REFERENCE_LOSSES[name]
    plot("Your losses beside the reference's", x="epoch", y="mean BCE", curves=curves)


@question("generalisation", points=2)
def test_training_generalises(student, rng):
    """Networks trained on few and partly wrong labels tell unseen rows apart."""
    found = []
    for run in range(RUNS):
        exercise = Exercise.draw(rng)
        params, history = exercise.problem.answer(student.forgiving, rng, **RECIPE)
        if run == 0:
            draw_losses(history)
        found.append(exercise.unseen_accuracy(params, rng))
    ramp(
        float(np.mean(found)),
        low=LOW,
        high=HIGH,
        what="mean accuracy on unseen rows",
        hint="Without dropout, weight decay and early stopping the wrong labels are learnt, too.",
    )
