"""Held-out checks of assignment 3: calculating the gradient.

Tolerances are the course's own (rtol 1e-6, atol 1e-8). Backprop's rounding is many orders of
magnitude below them; that of a central difference is about 1e-16 * abs(f) / h, here at most 1e-9.
`gradient_check` measures rounding where both gradients agree, so there only its size is judged.
"""

from functools import partial
from itertools import product

import numpy as np
from honesty import check_gradient_checks, ratios_of, tossed
from mistakes import (
    activation_mistakes,
    grads_mistakes,
    loss_mistakes,
    slope_mistakes,
    telling_kinks,
)
from networks import (
    STEP,
    differences,
    draw,
    kink_below_the_floor,
    kink_in_layer,
    mixed_kink,
    pure_kink,
    random_widths,
    smooth,
)

from autograder.checks import assert_close, question, unpack
from reference import arrays as reference

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def wavy(rng, shape, *, frequency=1.0):
    """A function of an array of that shape whose every slope depends on every element."""
    height = rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    phase = rng.uniform(0, 2 * np.pi, size=shape)

    def f(theta):
        if not isinstance(theta, np.ndarray) or theta.shape != shape:
            raise ValueError("f takes an array of the shape of theta")
        waves = float(np.sum(height * np.sin(frequency * theta + phase))) / frequency
        return waves + 0.3 * float(np.cos(waves))

    return f


def check_differences(student, f, theta, h=None):
    """One call of numerical_gradient, with the default step where no h is given."""
    step = STEP if h is None else h
    right = differences(f, theta, step)
    keyword = {} if h is None else {"h": h}
    how = "with the default step" if h is None else "with another step h"
    what = f"`numerical_gradient` at theta of shape {theta.shape} {how}"
    actual = student.numerical_gradient(f, theta, **keyword)
    mistakes = partial(slope_mistakes, f, theta, right, step)
    assert_close(actual, right, what=what, mistakes=mistakes, float64=True)


def random_shapes(rng):
    """A shape with one axis, one with two and one with three, of different lengths."""
    a, b, c = (int(length) for length in rng.permutation([2, 3, 4]))
    return [(a + 3,), (a, b), (2, 1, c)]


@question("numerical_gradient", points=1.5)
def test_slope_is_measured_for_every_element(student, rng):
    """`numerical_gradient(f, theta)` is the slope of `f` along each element, for any shape."""
    for shape in random_shapes(rng):
        check_differences(student, wavy(rng, shape), rng.normal(scale=2.0, size=shape))


@question("numerical_gradient", points=1.5)
def test_differences_are_central_with_the_given_step(student, rng):
    """`numerical_gradient(f, theta, h=h)` steps by exactly `h`, to both sides."""
    for shape in random_shapes(rng):
        theta = rng.uniform(1.5, 3.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        check_differences(student, wavy(rng, shape), theta, float(rng.uniform(0.1, 0.4)))
    check_differences(student, wavy(rng, (1,)), rng.normal(size=1), float(rng.uniform(0.02, 0.1)))


@question("numerical_gradient", points=0.5)
def test_default_step(student, rng):
    """`numerical_gradient(f, theta)` steps by `h = 1e-5` when no step is given."""
    # At this frequency a step of 1e-5 falls short of the true slope by 1.7e-5 of it: larger steps
    # fall shorter and smaller ones less, both by more than the tolerance.
    f = wavy(rng, (2, 4), frequency=1000.0)
    check_differences(student, f, rng.uniform(1.5, 3.0, size=(2, 4)))


@question("numerical_gradient", points=0.5)
def test_theta_is_left_as_it_was(student, rng):
    """`numerical_gradient` leaves `theta` exactly as it was, to the last bit."""
    # Adding h = 1e-5 to an element of about 1e-9 and subtracting it again loses 13 binary digits:
    # each of the 12 elements comes back changed but for a chance of about 1e-4.
    theta = rng.normal(size=(3, 4)) * 1e-9
    check_differences(student, wavy(rng, (3, 4)), theta)
    theta = rng.normal(size=(3, 4))
    check_differences(student, wavy(rng, (3, 4)), theta, float(rng.uniform(0.1, 0.4)))


def check_dense_backward(student, rng, n, d_in, d_out):
    """One call; where the sizes let a mistake pass through without an error, recognise it."""
    dZ, X, W = (rng.normal(size=shape) for shape in ((n, d_out), (n, d_in), (d_in, d_out)))
    dX, dW, db = unpack(student.dense_backward(dZ, X, W), 3, what="the result (dX, dW, db)")
    right_dX, right_dW, right_db = reference.dense_backward(dZ, X, W)
    order = "The order is dX, dW, db."
    averaged = "No division by n here: dZ already holds the 1/n of the loss."
    wrong_dX = {order: right_dW, averaged: right_dX / n}
    wrong_dW = {order: right_dX, averaged: right_dW / n, "dW is transposed.": right_dW.T}
    wrong_db = {
        averaged: right_db / n,
        "b was added to every row: sum dZ over the rows.": dZ[0],
        "Sum over the rows (axis 0), not over the neurons.": dZ.sum(axis=1),
        "db is (d_out,), without a second axis.": right_db[None, :],
        "Each neuron has its own bias: one sum for each column.": right_db.sum(),
    }
    if d_in == d_out:
        wrong_dX["W must be transposed on the way back."] = dZ @ W
    if n == d_in:
        wrong_dW["X must be transposed on the way back."] = X @ dZ
    where = f"for dZ {dZ.shape}, X {X.shape} and W {W.shape}"
    assert_close(dX, right_dX, what=f"`dX` {where}", mistakes=wrong_dX)
    assert_close(dW, right_dW, what=f"`dW` {where}", mistakes=wrong_dW)
    assert_close(db, right_db, what=f"`db` {where}", mistakes=wrong_db)


@question("dense_backward", points=1.5)
def test_dense_backward_of_different_sizes(student, rng):
    """`dense_backward(dZ, X, W)` is `(dX, dW, db)` for any sizes."""
    check_dense_backward(student, rng, *random_widths(rng, 3))
    check_dense_backward(student, rng, 9, *random_widths(rng, 2))


@question("dense_backward", points=1.5)
def test_dense_backward_of_equal_sizes(student, rng):
    """`dense_backward(dZ, X, W)` also where n, d_in and d_out are equal and all products fit."""
    check_dense_backward(student, rng, *[int(rng.integers(3, 6))] * 3)


@question("dense_backward", points=1)
def test_dense_backward_of_one_row_or_one_neuron(student, rng):
    """`dense_backward(dZ, X, W)` keeps every axis for one row, one input and one neuron."""
    a, b = random_widths(rng, 2)
    for sizes in ((1, a, b), (a, 1, b), (a, b, 1), (1, 1, 1)):
        check_dense_backward(student, rng, *sizes)


def check_activation_backward(student, dA, z, activation):
    """One call of activation_backward."""
    what = f'`activation_backward(dA, z, "{activation}")` for arrays of shape {z.shape}'
    right = reference.activation_backward(dA, z, activation)
    actual = student.activation_backward(dA, z, activation)
    assert_close(actual, right, what=what, mistakes=lambda: activation_mistakes(dA, z, activation))


def check_activation(student, rng, activation):
    """Several shapes, with both signs of z and of dA wherever there is room."""
    n, d = random_widths(rng, 2)
    for shape in ((n, d), (d, d), (1, d), (n, 1)):
        dA, z = rng.normal(size=shape), rng.normal(scale=1.5, size=shape)
        # All four pairs of signs, of sizes at which no two slopes are near each other.
        place = rng.permutation(z.size)
        for spot, (left, right) in zip(place, product((-1, 1), repeat=2), strict=False):
            z.flat[spot], dA.flat[spot] = left * rng.uniform(0.6, 2), right * rng.uniform(0.6, 2)
        check_activation_backward(student, dA, z, activation)


@question("activation_backward", points=1)
def test_sigmoid_backward(student, rng):
    """`activation_backward(dA, z, "sigmoid")` is dA times the slope of the sigmoid at z."""
    check_activation(student, rng, "sigmoid")


@question("activation_backward", points=1)
def test_tanh_backward(student, rng):
    """`activation_backward(dA, z, "tanh")` is dA times the slope of tanh at z."""
    check_activation(student, rng, "tanh")


@question("activation_backward", points=1)
def test_relu_backward(student, rng):
    """`activation_backward(dA, z, "relu")` is dA where z > 0 and 0 where z < 0."""
    check_activation(student, rng, "relu")


@question("activation_backward", points=1)
def test_relu_backward_at_the_kink(student, rng):
    """`activation_backward(dA, z, "relu")` is 0 where z is exactly 0, whatever dA is."""
    z = rng.normal(size=(4, 5))
    z[rng.permutation(4)[:2]] = 0.0
    check_activation_backward(student, rng.uniform(0.5, 2, size=z.shape), z, "relu")
    check_activation_backward(student, -rng.uniform(0.5, 2, size=z.shape), z, "relu")


def check_network(student, problem):
    """One call of loss_and_grads."""
    answer = student.loss_and_grads(*problem.arguments)
    loss, grads = unpack(answer, 2, what="the result (loss, grads)")
    right_loss, right = reference.loss_and_grads(*problem.arguments)
    what = f"the loss for {problem.shape}"
    assert_close(loss, right_loss, what=what, mistakes=lambda: loss_mistakes(problem, right_loss))
    layers = unpack(grads, len(right), what=f"the list of gradients for {problem.shape}")
    for place, layer in enumerate(layers):
        dW, db = unpack(layer, 2, what=f"the pair (dW, db) of layer {place + 1}")
        check_part(dW, problem, right, (place, 0))
        check_part(db, problem, right, (place, 1))


def check_part(actual, problem, right, place):
    """Compare one array of the gradient, at (layer, 0 for dW or 1 for db)."""

    def mistakes():
        found = grads_mistakes(problem, right)
        return {hint: grads[place[0]][place[1]] for hint, grads in found.items()}

    what = f"`{('dW', 'db')[place[1]]}` of layer {place[0] + 1} for {problem.shape}"
    assert_close(actual, right[place[0]][place[1]], what=what, mistakes=mistakes)


@question("loss_and_grads", points=0.75)
def test_gradients_of_the_squared_error(student, rng):
    """`loss_and_grads` with `"mse"`, for each activation and several outputs."""
    for activation in ACTIVATIONS:
        check_network(student, draw(rng, activation, "mse", widths=random_widths(rng, 3), n=9))


@question("loss_and_grads", points=0.75)
def test_gradients_of_the_binary_cross_entropy(student, rng):
    """`loss_and_grads` with `"bce"`, for each activation: one logit and labels of shape (n,)."""
    for activation in ACTIVATIONS:
        widths = [*random_widths(rng, 2), 1]
        check_network(student, draw(rng, activation, "bce", widths=widths, n=8))


@question("loss_and_grads", points=0.75)
def test_gradients_of_the_cross_entropy(student, rng):
    """`loss_and_grads` with `"cross_entropy"`, also where some classes do not appear in `y`."""
    for activation in ACTIVATIONS:
        a, b = random_widths(rng, 2)
        k = int(rng.integers(3, 6))
        problem = draw(rng, activation, "cross_entropy", widths=[a, b, k], n=9)
        check_network(student, problem)
        problem.y[:k] = rng.permutation(k)
        check_network(student, problem)


@question("loss_and_grads", points=0.75)
def test_gradients_of_any_depth(student, rng):
    """`loss_and_grads` from a single layer up to five, of different or equal widths."""
    for activation, loss, k in (
        ("sigmoid", "mse", 3),
        ("tanh", "bce", 1),
        ("relu", "cross_entropy", 4),
    ):
        for depth in (1, int(rng.integers(3, 6))):
            widths = [*random_widths(rng, depth), k]
            check_network(student, draw(rng, activation, loss, widths=widths, n=9))
    check_network(student, draw(rng, "tanh", "mse", widths=[4] * 4, n=4))
    check_network(student, draw(rng, "relu", "cross_entropy", widths=[4] * 4, n=4))


@question("loss_and_grads", points=0.5)
def test_gradients_of_one_row_and_one_neuron(student, rng):
    """`loss_and_grads` keeps every axis for one row, one hidden neuron and one output."""
    for loss, k in (("mse", 2), ("bce", 1), ("cross_entropy", 3)):
        width = random_widths(rng, 1)[0]
        check_network(student, draw(rng, "sigmoid", loss, widths=[width, 3, k], n=1))
        check_network(student, draw(rng, "tanh", loss, widths=[width, 1, k], n=5))
    check_network(student, draw(rng, "sigmoid", "mse", widths=[1, 1, 1], n=1))


@question("loss_and_grads", points=0.5)
def test_gradients_at_the_kink(student, rng):
    """`loss_and_grads` takes 0 as the slope of relu at z = 0, as for `X = 0` and `b = 0`."""
    for loss, k in (("mse", 2), ("bce", 1), ("cross_entropy", 3)):
        check_network(student, pure_kink(rng, loss, widths=[3, 4, k], n=7))
    check_network(student, mixed_kink(rng))


@question("gradient_check", points=1.5)
def test_gradient_check_is_small_where_both_agree(student, rng):
    """`gradient_check` is below 1e-4 for every loss, activation and depth, unless at a kink."""

    def networks():
        # In the last one a neuron never fires: both gradients are exactly 0, and 0 / 0 must not
        # spoil the rest. Its weights are of about 1e-9: a nudge of 1e-5, undone by arithmetic,
        # leaves each of the five changed but for a chance of 1e-4.
        yield smooth(rng, "tanh", "mse", widths=[3, 2, 2], n=4), [0.0]
        yield smooth(rng, "sigmoid", "cross_entropy", widths=[2, 2, 3], n=5), [0.0]
        yield smooth(rng, "relu", "mse", widths=[3, 2], n=4), [0.0]
        yield smooth(rng, "tanh", "bce", widths=[2, 2, 2, 1], n=5), [0.0]
        yield smooth(rng, "relu", "cross_entropy", widths=[2, 3, 3], n=5, dead=True), [0.0]
        yield pure_kink(rng, "mse", widths=[3, 2, 2], n=4), [1.0]
        yield from tossed(rng)

    check_gradient_checks(student, rng, networks)


@question("gradient_check", points=1)
def test_gradient_check_is_large_at_a_kink(student, rng):
    """`gradient_check` is large where `X = 0` and `b = 0` put every ReLU on its kink."""

    def networks():
        # Backprop's slope is 0 there, so that the ratio is abs(b) / abs(b).
        yield pure_kink(rng, "mse", widths=[2, 3, 2], n=5), [1.0]
        yield pure_kink(rng, "bce", widths=[2, 2, 2, 1], n=5), [1.0]
        yield pure_kink(rng, "cross_entropy", widths=[2, 3, 3], n=5), [1.0]
        # Slopes of about 1e-3, far above the floor of 1e-8 and far below one taken too high.
        faint = pure_kink(rng, "mse", widths=[2, 4, 2], n=5)
        faint.params[1][0][:] *= 1e-3
        yield faint, [1.0]
        yield smooth(rng, "relu", "mse", widths=[2, 3, 1], n=3, still=True), [0.0]
        yield from tossed(rng)

    check_gradient_checks(student, rng, networks)


@question("gradient_check", points=0.75)
def test_gradient_check_looks_at_every_layer(student, rng):
    """`gradient_check` is large when only one hidden layer, whichever it is, is on a kink."""

    def networks():
        for place in range(3):
            yield kink_in_layer(rng, place, widths=[2, 2, 2, 2, 1], n=3), [1.0]
        yield smooth(rng, "relu", "mse", widths=[2, 2, 2, 1], n=3, still=True), [0.0]

    check_gradient_checks(student, rng, networks)


@question("gradient_check", points=0.75)
def test_gradient_check_takes_the_largest_ratio(student, rng):
    """`gradient_check` is the largest `abs(a - b) / max(1e-8, abs(a) + abs(b))` of all."""

    def networks():
        for problem in telling_kinks(rng):
            yield problem, ratios_of(problem)
        low = kink_below_the_floor(rng)
        yield low, ratios_of(low)
        yield smooth(rng, "relu", "mse", widths=[2, 2, 1], n=3), [0.0]

    check_gradient_checks(student, rng, networks)
