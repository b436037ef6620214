"""Held-out checks of assignment 1: the perceptron and the forward pass.

Tolerances are the course's own (rtol 1e-6, atol 1e-8): every function here is a short chain of
float64 operations on moderate numbers, whose rounding is many orders of magnitude below them.
"""

from itertools import pairwise

import numpy as np

from autograder.checks import (
    as_array,
    as_series,
    assert_close,
    assert_no_warnings,
    question,
    require,
    unpack,
)
from reference import arrays as reference

STABLE = "np.exp overflows for large positive arguments: only give it negative ones."
XOR_ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def moderate_arrays(rng):
    """Arrays of one, two and three axes with both signs and an exact zero, far from overflow.

    The first number is negative: np.vectorize would truncate all if relu returned integer 0 there.
    """
    a, b, c = (int(size) for size in rng.integers(2, 6, size=3))
    for shape in ((a + 2,), (b, c), (1, a), (a, b, c)):
        z = rng.uniform(0.1, 4.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        z.flat[0], z.flat[-1] = -abs(z.flat[0]), abs(z.flat[-1])
        if z.size > 2:
            z.flat[1] = 0.0
        yield z


def check_elementwise(student, rng, name, mistakes):
    """Compare the function called `name` with the reference on arrays of several shapes."""
    for z in moderate_arrays(rng):
        assert_close(
            getattr(student, name)(z),
            getattr(reference, name)(z),
            what=f"`{name}(z)` for z of shape {z.shape}",
            mistakes={hint: mistaken(z) for hint, mistaken in mistakes.items()},
        )


def check_extremes(student, rng, name):
    """Ask for exact and silent values up to abs(z) = 1e4, the usual traps included."""
    traps = [15.0, -15.0, 40.0, -40.0, 400.0, -400.0, 750.0, -750.0, 1500.0, -1500.0, 1e4, -1e4]
    z = rng.permutation([*traps, *rng.uniform(-1e4, 1e4, size=6)]).reshape(6, 3)
    actual = getattr(student, name)(z)
    assert_no_warnings(student, hint=STABLE)
    assert_close(actual, getattr(reference, name)(z), what=f"`{name}(z)` for abs(z) up to 1e4")


@question("activations", points=0.75)
def test_sigmoid_matches_the_formula(student, rng):
    """`sigmoid(z)` is 1 / (1 + exp(-z)) for each element, for arrays of any shape."""
    mistakes = {
        "The sign is wrong: the formula has exp(-z).": lambda z: 1 / (1 + np.exp(z)),
        "This is tanh, not the sigmoid.": np.tanh,
        "This is a softmax; a sigmoid sees one element.": lambda z: np.exp(z) / np.exp(z).sum(),
    }
    check_elementwise(student, rng, "sigmoid", mistakes)


@question("activations", points=0.75)
def test_tanh_matches_the_formula(student, rng):
    """`tanh(z)` is the hyperbolic tangent of each element, for arrays of any shape."""
    mistakes = {
        "This is the sigmoid, not tanh.": reference.sigmoid,
        "This is tanh(z / 2): tanh(z) = 2 sigmoid(2z) - 1.": lambda z: np.tanh(z / 2),
        "This is sinh: divide by exp(z) + exp(-z).": np.sinh,
    }
    check_elementwise(student, rng, "tanh", mistakes)


@question("activations", points=0.75)
def test_relu_matches_the_formula(student, rng):
    """`relu(z)` is max(0, z) for each element, for arrays of any shape."""
    mistakes = {
        "Negative elements should become 0, not change their sign.": np.abs,
        "This keeps the negative part.": lambda z: np.minimum(z, 0),
        "An integer dtype cut the results.": lambda z: np.trunc(np.maximum(z, 0)),
        "This is the slope of relu, not relu.": lambda z: np.where(z > 0, 1.0, 0.0),
        "A leaky relu: negative elements become exactly 0.": lambda z: np.maximum(z, 0.01 * z),
    }
    check_elementwise(student, rng, "relu", mistakes)


@question("activations", points=0.75)
def test_activations_are_stable_at_the_edges(student, rng):
    """`sigmoid`, `tanh` and `relu` are exact, without a warning, for abs(z) up to 1e4."""
    for name in ("sigmoid", "tanh", "relu"):
        check_extremes(student, rng, name)


@question("activation_grads", points=0.75)
def test_sigmoid_grad_matches_the_derivative(student, rng):
    """`sigmoid_grad(z)` is the derivative of the sigmoid with respect to z, for any shape."""
    sigmoid, slope = reference.sigmoid, reference.sigmoid_grad
    mistakes = {
        "z is the pre-activation; z * (1 - z) takes it for the output.": lambda z: z * (1 - z),
        "The sigmoid is applied twice.": lambda z: slope(sigmoid(z)),
        "This is the sigmoid itself.": sigmoid,
    }
    check_elementwise(student, rng, "sigmoid_grad", mistakes)


@question("activation_grads", points=0.75)
def test_tanh_grad_matches_the_derivative(student, rng):
    """`tanh_grad(z)` is the derivative of tanh with respect to z, for any shape."""
    mistakes = {
        "The square is missing: it is 1 - tanh(z)**2.": lambda z: 1 - np.tanh(z),
        "z is the pre-activation; 1 - z**2 takes it for the output.": lambda z: 1 - z**2,
        "This is the sigmoid's rule.": lambda z: np.tanh(z) * (1 - np.tanh(z)),
    }
    check_elementwise(student, rng, "tanh_grad", mistakes)


@question("activation_grads", points=0.75)
def test_relu_grad_is_a_step(student, rng):
    """`relu_grad(z)` is 1 where z > 0 and 0 elsewhere, at z = 0 too, for any shape."""
    mistakes = {
        "This is relu; its slope is 1 wherever z is positive.": lambda z: np.maximum(z, 0),
        "relu_grad(0) is 0, not 1: compare with >.": lambda z: np.heaviside(z, 1.0),
        "relu_grad(0) is 0, not 1/2.": lambda z: np.heaviside(z, 0.5),
        "For negative z the slope is 0, not -1.": np.sign,
    }
    check_elementwise(student, rng, "relu_grad", mistakes)


@question("activation_grads", points=0.75)
def test_derivatives_are_stable_at_the_edges(student, rng):
    """All three derivatives are exact, without a warning, for abs(z) up to 1e4."""
    for name in ("sigmoid_grad", "tanh_grad", "relu_grad"):
        check_extremes(student, rng, name)


def check_perceptron(student, rng, d):
    """One call with d inputs, w . x and b both well away from zero."""
    x, w = rng.normal(size=d), rng.normal(size=d)
    w += (rng.uniform(0.4, 2.0) * rng.choice([-1, 1]) - w @ x) * x / (x @ x)
    b = float(rng.uniform(0.4, 1.5) * rng.choice([-1, 1]))
    s, sigmoid = w @ x, lambda value: reference.sigmoid(np.array(value))
    mistakes = {
        "The bias is missing.": sigmoid(s),
        "The activation is missing: apply the sigmoid to w . x + b.": s + b,
        "The activation is the sigmoid, not tanh.": np.tanh(s + b),
        "The result is the probability itself, without a threshold.": float(s + b > 0),
        "The bias belongs inside the sigmoid.": sigmoid(s) + b,
        "The bias is added, not subtracted.": sigmoid(s - b),
    }
    what = f"`perceptron(x, w, b)` with {d} input{'s' * (d > 1)}"
    expected = reference.perceptron(x, w, b)
    assert_close(student.perceptron(x, w, b), expected, what=what, mistakes=mistakes)


@question("perceptron", points=1.5)
def test_perceptron_weighs_adds_and_squeezes(student, rng):
    """`perceptron(x, w, b)` is the number sigmoid(w . x + b), for any number of inputs."""
    for d in (2, int(rng.integers(3, 6)), int(rng.integers(6, 12)), 1):
        check_perceptron(student, rng, d)


@question("perceptron", points=0.5)
def test_perceptron_is_stable_at_the_edges(student, rng):
    """`perceptron(x, w, b)` is exact, without a warning, for abs(w . x + b) up to 1e4."""
    for size in (-9999.0, -rng.uniform(1e3, 9e3), -750.0, 750.0, rng.uniform(1e3, 9e3), 9999.0):
        x, b = rng.normal(size=3), float(rng.normal())
        w = (size - b) * x / (x @ x)
        actual, expected = student.perceptron(x, w, b), reference.perceptron(x, w, b)
        assert_no_warnings(student, hint=STABLE)
        assert_close(actual, expected, what="`perceptron(x, w, b)` for abs(z) up to 1e4")


def random_params(rng, *sizes):
    """Layers of the given widths, input first; z stays of order one, biases away from zero."""
    params = []
    for d_in, d_out in pairwise(sizes):
        W = rng.normal(scale=1.5 / np.sqrt(d_in), size=(d_in, d_out))
        b = rng.uniform(0.3, 1.0, size=d_out) * rng.choice([-1.0, 1.0], size=d_out)
        params.append((W, b))
    return params


def random_widths(rng, count):
    """Different widths from 2 to 7, so that a transposed or misplaced array does not fit."""
    return [int(width) for width in rng.permutation(np.arange(2, 8))[:count]]


def check_dense(student, rng, n, d_in, d_out):
    """One call; where the sizes let a mistake pass through without an error, recognise it."""
    X, [(W, b)] = rng.normal(size=(n, d_in)), random_params(rng, d_in, d_out)
    mistakes = {
        "The bias is missing.": X @ W,
        "Add to each neuron its own bias, not the sum of all.": X @ W + b.sum(),
        "dense stops before the activation (this is the sigmoid).": reference.sigmoid(X @ W + b),
        "dense stops before the activation (this is relu).": np.maximum(X @ W + b, 0),
        "The bias is added, not subtracted.": X @ W - b,
    }
    if d_in == d_out:
        mistakes["W is transposed: X @ W fits as it is."] = X @ W.T + b
    if n == d_out:
        mistakes["The bias goes along the columns, one for each neuron."] = X @ W + b[:, None]
    what = f"`dense(X, W, b)` with X {X.shape} and W {W.shape}"
    expected = reference.dense(X, W, b)
    assert_close(student.dense(X, W, b), expected, what=what, mistakes=mistakes)


@question("dense", points=1.5)
def test_dense_adds_weighted_inputs_and_bias(student, rng):
    """`dense(X, W, b)` is X W + b for any sizes, also where n, d_in and d_out are equal."""
    check_dense(student, rng, *[int(rng.integers(3, 6))] * 3)
    check_dense(student, rng, *random_widths(rng, 3))
    check_dense(student, rng, 8, *random_widths(rng, 2))


@question("dense", points=0.5)
def test_dense_with_one_row_or_one_neuron(student, rng):
    """`dense(X, W, b)` keeps both axes for a batch of one row and for a layer of one neuron."""
    n, d_in, d_out = random_widths(rng, 3)
    check_dense(student, rng, 1, d_in, d_out)
    check_dense(student, rng, n, d_in, 1)
    check_dense(student, rng, 1, 1, 1)


def mistaken_forward(X, params, *, hidden, last=lambda z: z, bias=1.0):
    """A forward pass with something wrong in it."""
    for W, b in params[:-1]:
        X = hidden(X @ W + bias * b)
    return last(X @ params[-1][0] + bias * params[-1][1])


def check_forward(student, rng, activation, *, sizes, n):
    """One call of mlp_forward on n rows through layers of the given sizes."""
    X, params = rng.normal(size=(n, sizes[0])), random_params(rng, *sizes)
    gs = {"sigmoid": reference.sigmoid, "tanh": np.tanh, "relu": reference.relu}
    g = gs.pop(activation)
    mistakes = {
        "The output layer is linear: no activation after it.": {"hidden": g, "last": g},
        "The biases are missing.": {"hidden": g, "bias": 0.0},
        "The hidden layers lack their activation.": {"hidden": lambda z: z},
    } | {f"The hidden layers use {name} here.": {"hidden": other} for name, other in gs.items()}
    assert_close(
        student.mlp_forward(X, params, activation),
        reference.mlp_forward(X, params, activation),
        what=f'`mlp_forward(X, params, "{activation}")` with {len(params)} layer(s), {n} row(s)',
        mistakes={hint: mistaken_forward(X, params, **kind) for hint, kind in mistakes.items()},
    )


@question("mlp_forward", points=1)
def test_forward_pass_with_one_hidden_layer(student, rng):
    """`mlp_forward` gives the logits of a network with one hidden layer of ReLUs."""
    check_forward(student, rng, "relu", sizes=random_widths(rng, 3), n=9)


@question("mlp_forward", points=1)
def test_forward_pass_uses_the_named_activation(student, rng):
    """`mlp_forward` uses the activation it is given in the hidden layers, and only there."""
    for activation in ("sigmoid", "tanh", "relu"):
        check_forward(student, rng, activation, sizes=random_widths(rng, 4), n=9)


@question("mlp_forward", points=1)
def test_forward_pass_of_any_depth(student, rng):
    """`mlp_forward` works for up to four layers, of different or equal widths."""
    check_forward(student, rng, "tanh", sizes=random_widths(rng, 5), n=8)
    check_forward(student, rng, "sigmoid", sizes=[4] * 5, n=4)


@question("mlp_forward", points=0.5)
def test_forward_pass_without_hidden_layers(student, rng):
    """`mlp_forward` with a single layer is that layer, without any activation."""
    for activation in ("sigmoid", "tanh", "relu"):
        check_forward(student, rng, activation, sizes=random_widths(rng, 2), n=9)


@question("mlp_forward", points=0.5)
def test_forward_pass_of_one_row_to_one_logit(student, rng):
    """`mlp_forward` keeps the shape (n, d_out) for one row and for one logit."""
    check_forward(student, rng, "tanh", sizes=[*random_widths(rng, 2), 1], n=1)
    check_forward(student, rng, "tanh", sizes=[*random_widths(rng, 3), 1], n=8)


def check_collapse(student, rng, *sizes):
    """One call of collapse_linear; W and b are compared apart, so that a hint can name either."""
    params = random_params(rng, *sizes)
    W, b = unpack(student.collapse_linear(params), 2, what="the result (W, b)")
    right_W, right_b = reference.collapse_linear(params)
    biases = [layer_b for _, layer_b in params]
    mistakes = {
        "The last layer's bias is missing.": right_b - biases[-1],
        "The earlier biases are missing.": biases[-1],
    }
    if len(set(sizes[1:])) == 1:
        mistakes["A bias does not just add up: it passes through the later weights."] = sum(biases)
    orders = {}
    if len(set(sizes)) == 1:
        backwards = reference.collapse_linear(params[::-1])
        orders["The first layer stands on the left of the product."] = backwards[0]
        orders["W is transposed."] = right_W.T
    depth = f"of {len(params)} layer(s)"
    assert_close(W, right_W, what=f"the weight matrix W {depth}", mistakes=orders)
    assert_close(b, right_b, what=f"the bias b {depth}", mistakes=mistakes)


@question("collapse_linear", points=1)
def test_two_linear_layers_collapse(student, rng):
    """`collapse_linear(params)` gives the `W` and `b` of one layer equal to two."""
    check_collapse(student, rng, 3, 3, 3)
    check_collapse(student, rng, *random_widths(rng, 3))


@question("collapse_linear", points=1)
def test_stacks_of_any_depth_collapse(student, rng):
    """`collapse_linear(params)` works for a single layer and for up to five."""
    for count in (2, 4, 5):
        check_collapse(student, rng, *random_widths(rng, count))
    check_collapse(student, rng, 3, 3, 3, 3, 3, 3)


def xor_layer(value, d_out, what):
    """One layer (W, b) of the student's network as arrays; nested lists hold the same numbers."""
    W, b = unpack(value, 2, what=f"the {what} layer (W, b)")
    if isinstance(W, (list, tuple)):
        rows = unpack(W, 2, what=f"W of the {what} layer")
        W = np.array([as_series(row, length=d_out, what=f"a row of the {what} W") for row in rows])
    W = as_array(W, shape=(2, d_out), what=f"W of the {what} layer").astype(float)
    b = as_series(b, length=d_out, what=f"b of the {what} layer")
    finite = bool(np.isfinite(W).all() and np.isfinite(b).all())
    require(finite, f"The {what} layer holds a NaN or an infinite number.")
    return W, b


@question("xor", points=2)
def test_xor_params_separate_the_true_rows(student, rng):
    """`xor_params()` holds a 2-2-1 ReLU network with a logit > 0 exactly where XOR is true."""
    hidden, output = unpack(student.xor_params(), 2, what="the list of layers")
    params = [xor_layer(hidden, 2, "hidden"), xor_layer(output, 1, "output")]
    logits = reference.mlp_forward(XOR_ROWS, params, "relu")[:, 0]
    for (left, right), logit in zip(XOR_ROWS, logits, strict=True):
        wanted = "greater than 0" if left != right else "at most 0 (0 counts as false)"
        message = f"The logit of the row ({left:g}, {right:g}) is {logit:.4g}, expected {wanted}."
        require((logit > 0) == (left != right), message)
