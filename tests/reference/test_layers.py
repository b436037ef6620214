from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from reference.layers import (
    collapse_linear,
    dense,
    init_params,
    mlp_forward,
    perceptron,
    xor_params,
)

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


def torch_network(params, activation=None):
    """The same network out of torch.nn, with or without activations between its layers."""
    layers = []
    for W, b in params:
        linear = nn.Linear(*W.shape, dtype=W.dtype, device=W.device)
        linear.weight.data, linear.bias.data = W.T.clone(), b.clone()
        layers += [linear, MODULES[activation]() if activation else nn.Identity()]
    return nn.Sequential(*layers[:-1])


def test_perceptron_of_the_lecture(place):
    # The lecture's neuron: 1 + 3 x1 - 2 x2 at (-1, 2) gives -6, and sigmoid(-6) = 0.0024726.
    got = perceptron(place.tensor([-1.0, 2.0]), place.tensor([3.0, -2.0]), 1.0)
    assert got.ndim == 0
    place.assert_close(got, 0.0024726231566347743)


def test_perceptron_is_a_sigmoid_network_of_one_unit(place, rng):
    x, w = place.normal(rng, 5), place.normal(rng, 5)
    expected = torch.sigmoid(nn.functional.linear(x, w.unsqueeze(0), place.tensor([0.3])))
    place.assert_close(perceptron(x, w, 0.3), expected[0])


def test_perceptron_does_not_depend_on_the_order_of_inputs(place, rng):
    x, w, order = place.normal(rng, 6), place.normal(rng, 6), [3, 1, 5, 0, 2, 4]
    place.assert_close(perceptron(x[order], w[order], -0.2), perceptron(x, w, -0.2))


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_perceptron_survives_huge_inputs(place, sign):
    got = perceptron(place.tensor([1e4]), place.tensor([sign]), 0.0)
    place.assert_close(got, 0.0 if sign < 0 else 1.0)


def test_dense_worked_by_hand(place):
    X, W = place.tensor([[1.0, 2.0]]), place.tensor([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
    place.assert_close(dense(X, W, place.tensor([10.0, 20.0, 30.0])), [[15.0, 22.0, 29.0]])


def test_dense_agrees_with_torch(place, rng):
    X, W, b = place.normal(rng, 7, 3), place.normal(rng, 3, 4), place.normal(rng, 4)
    place.assert_close(dense(X, W, b), nn.functional.linear(X, W.T, b))


def test_dense_is_additive_in_its_input(place, rng):
    X, Y, W = place.normal(rng, 4, 3), place.normal(rng, 4, 3), place.normal(rng, 3, 2)
    b = place.normal(rng, 2)
    place.assert_close(dense(X + Y, W, b) + b, dense(X, W, b) + dense(Y, W, b))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 3), (4, 5), (5,)), r"W has shape \(4, 5\).*\(2, 3\)"),
        (((2, 3), (3, 5), (5, 1)), r"b has shape \(5, 1\), expected \(5,\)"),
        (((3,), (3, 5), (5,)), r"expected \(d_in, d_out\) with X of shape"),
    ],
)
def test_dense_refuses_shapes_that_do_not_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        dense(*(torch.zeros(shape) for shape in shapes))


@pytest.mark.parametrize("activation", MODULES)
@pytest.mark.parametrize("sizes", [(3, 2), (3, 5, 2), (2, 4, 3, 4, 1)])
def test_mlp_forward_agrees_with_torch(place, rng, activation, sizes):
    params, X = place.params(rng, sizes), place.normal(rng, 6, sizes[0])
    got = mlp_forward(X, params, activation)
    place.assert_close(got, torch_network(params, activation)(X))


def test_mlp_forward_worked_by_hand(place):
    # Hidden: relu(1 - 2, 1 + 2 + 1) = (0, 4); output: 4 * 3 - 5 = 7, with no relu after it.
    hidden = place.tensor([[1.0, 1.0], [-1.0, 1.0]]), place.tensor([0.0, 1.0])
    output = place.tensor([[2.0, -2.0], [3.0, -3.0]]), place.tensor([-5.0, 0.0])
    got = mlp_forward(place.tensor([[1.0, 2.0]]), [hidden, output], "relu")
    place.assert_close(got, [[7.0, -12.0]])


@given(seed=st.integers(0, 2**32 - 1))
def test_hidden_units_may_be_reordered(place, seed):
    rng = np.random.default_rng(seed)
    (W, b), (V, c) = place.params(rng, (3, 5, 2))
    X, order = place.normal(rng, 4, 3), torch.as_tensor(rng.permutation(5))
    swapped = [(W[:, order], b[order]), (V[order], c)]
    place.assert_close(
        mlp_forward(X, swapped, "tanh"), mlp_forward(X, [(W, b), (V, c)], "tanh"), loose=10
    )


def test_one_layer_is_a_linear_map_whatever_the_activation(place, rng):
    params, X = place.params(rng, (3, 2)), place.normal(rng, 4, 3)
    for activation in MODULES:
        place.assert_close(mlp_forward(X, params, activation), dense(X, *params[0]))


def test_an_empty_network_is_refused():
    with pytest.raises(ValueError, match="params has 0 layers, expected at least 1"):
        mlp_forward(torch.zeros(1, 1), [], "relu")


@pytest.mark.parametrize("sizes", [(3, 2), (3, 5, 2), (2, 4, 3, 4, 1)])
def test_collapsed_stack_gives_the_same_outputs(place, rng, sizes):
    params, X = place.params(rng, sizes), place.normal(rng, 6, sizes[0])
    W, b = collapse_linear(params)
    assert (tuple(W.shape), tuple(b.shape)) == ((sizes[0], sizes[-1]), (sizes[-1],))
    place.assert_close(X @ W + b, torch_network(params)(X), loose=10)


def test_collapse_worked_by_hand(place):
    # (x * 2 + 1) * 3 - 4 = 6 x - 1
    params = [
        (place.tensor([[2.0]]), place.tensor([1.0])),
        (place.tensor([[3.0]]), place.tensor([-4.0])),
    ]
    W, b = collapse_linear(params)
    place.assert_close(W, [[6.0]])
    place.assert_close(b, [-1.0])


def test_collapsing_in_two_goes_changes_nothing(place, rng):
    params = place.params(rng, (2, 3, 4, 2))
    at_once = collapse_linear(params)
    in_two = collapse_linear([collapse_linear(params[:2]), params[2]])
    place.assert_layers_close([in_two], [at_once], loose=10)


def test_collapsing_one_layer_returns_it_as_a_copy(place, rng):
    ((W, b),) = params = place.params(rng, (3, 2))
    collapsed = collapse_linear(params)
    place.assert_layers_close([collapsed], params)
    assert collapsed[0].data_ptr() != W.data_ptr()
    assert collapsed[1].data_ptr() != b.data_ptr()


def test_xor_network_separates_the_truth_table_with_margin(place):
    params = xor_params(dtype=place.dtype, device=place.device)
    X = place.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    place.assert_close(mlp_forward(X, params, "relu"), [[-0.5], [0.5], [0.5], [-0.5]])
    shapes = [tuple(array.shape) for layer in params for array in layer]
    assert shapes == [(2, 2), (2,), (2, 1), (1,)]


def test_initial_weights_have_the_variance_of_he(place, rng):
    (W, b), (V, _) = init_params((50, 400, 3), rng, dtype=place.dtype, device=place.device)
    place.assert_close(b, torch.zeros_like(b))
    assert tuple(V.shape) == (400, 3)
    # 20000 draws: the standard error of the variance is 1% of it, so 6% is six of them.
    assert float(W.var()) == pytest.approx(2 / 50, rel=0.06)


def test_initial_weights_follow_the_generator(place):
    first, again, other = (
        init_params((4, 3), np.random.default_rng(seed), dtype=place.dtype, device=place.device)
        for seed in (1, 1, 2)
    )
    place.assert_layers_close(first, again)
    assert not torch.equal(first[0][0], other[0][0])
