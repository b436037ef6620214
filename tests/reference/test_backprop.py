from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.backprop import (
    activation_backward,
    dense_backward,
    gradient_check,
    loss_and_grads,
    loss_and_grads_autograd,
    numerical_gradient,
)
from reference.layers import dense

ACTIVATIONS = ["sigmoid", "tanh", "relu"]
LOSSES = ["mse", "bce", "cross_entropy"]
SEEDS = st.integers(0, 2**32 - 1)


def problem(place, rng, sizes, loss, n=6):
    """Inputs, targets and parameters that fit a loss; ``sizes`` are the layers but the last."""
    outputs = {"mse": 2, "bce": 1, "cross_entropy": 3}[loss]
    y = {
        "mse": place.normal(rng, n, 2),
        "bce": place.bits(rng, n),
        "cross_entropy": place.labels(rng.integers(0, 3, size=n)),
    }[loss]
    return place.normal(rng, n, sizes[0]), y, place.params(rng, (*sizes, outputs))


def test_numerical_gradient_agrees_with_autograd(rng):
    theta = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)

    def f(t):
        return (t.sin() * t.T.exp().sum()).sum()

    (expected,) = torch.autograd.grad(f(theta), theta)
    torch.testing.assert_close(
        numerical_gradient(f, theta.detach()), expected, rtol=1e-6, atol=1e-8
    )


def test_numerical_gradient_of_a_square_is_exact_for_any_step(place):
    # ((3 + h)^2 - (3 - h)^2) / 2h = 6 whatever h: central differences, not forward ones.
    got = numerical_gradient(lambda t: (t**2).sum(), place.tensor([3.0, -1.0]), h=0.5)
    place.assert_close(got, [6.0, -2.0])


@given(seed=SEEDS)
def test_numerical_gradient_of_a_linear_function_is_its_slope(place, seed):
    rng = np.random.default_rng(seed)
    slope = place.normal(rng, 2, 3)
    got = numerical_gradient(lambda t: (slope * t).sum(), place.normal(rng, 2, 3), h=0.25)
    place.assert_close(got, slope, loose=10)


def test_numerical_gradient_takes_a_transposed_view(place):
    theta = place.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).T
    got = numerical_gradient(lambda t: (t**2).sum(), theta, h=0.5)
    place.assert_close(got, 2 * theta)


def test_dense_backward_agrees_with_autograd(place, rng):
    X, W, b = place.normal(rng, 5, 3), place.normal(rng, 3, 4), place.normal(rng, 4)
    dZ = place.normal(rng, 5, 4)
    leaves = [array.clone().requires_grad_() for array in (X, W, b)]
    expected = torch.autograd.grad(dense(*leaves), leaves, grad_outputs=dZ)
    for got, wanted in zip(dense_backward(dZ, X, W), expected, strict=True):
        place.assert_close(got, wanted)


def test_dense_backward_worked_by_hand(place):
    dZ, X = place.tensor([[1.0], [2.0]]), place.tensor([[3.0, 4.0], [5.0, 6.0]])
    dX, dW, db = dense_backward(dZ, X, place.tensor([[7.0], [8.0]]))
    place.assert_close(dX, [[7.0, 8.0], [14.0, 16.0]])
    place.assert_close(dW, [[13.0], [16.0]])
    place.assert_close(db, [3.0])


def test_dense_backward_adds_up_over_rows(place, rng):
    dZ, X, W = place.normal(rng, 4, 2), place.normal(rng, 4, 3), place.normal(rng, 3, 2)
    _, dW, db = dense_backward(dZ, X, W)
    parts = [dense_backward(dZ[i : i + 1], X[i : i + 1], W) for i in range(4)]
    place.assert_close(dW, sum(part[1] for part in parts))
    place.assert_close(db, sum(part[2] for part in parts))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_backward_agrees_with_autograd(place, rng, name):
    z, dA = place.normal(rng, 4, 3).requires_grad_(), place.normal(rng, 4, 3)
    out = getattr(torch, name)(z)
    (expected,) = torch.autograd.grad(out, z, grad_outputs=dA)
    place.assert_close(activation_backward(dA, z.detach(), name), expected)


def test_activation_backward_worked_by_hand(place):
    z = place.tensor([[-1.0, 0.0, 2.0]])
    got = activation_backward(place.tensor([[5.0, 5.0, 5.0]]), z, "relu")
    place.assert_close(got, [[0.0, 0.0, 5.0]])
    place.assert_close(
        activation_backward(place.tensor([8.0]), place.tensor([0.0]), "sigmoid"), [2.0]
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_backward_is_linear_in_the_upstream_gradient(place, rng, name):
    z, dA, dB = (place.normal(rng, 3, 2) for _ in range(3))
    together = activation_backward(dA + 2 * dB, z, name)
    apart = activation_backward(dA, z, name) + 2 * activation_backward(dB, z, name)
    place.assert_close(together, apart)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(3,), (3, 4), (3, 4, 2, 5)])
def test_manual_backprop_agrees_with_autograd(place, rng, sizes, activation, loss):
    X, y, params = problem(place, rng, sizes, loss)
    value, grads = loss_and_grads(X, y, params, activation, loss)
    expected, expected_grads = loss_and_grads_autograd(X, y, params, activation, loss)
    place.assert_close(value, expected)
    place.assert_layers_close(grads, expected_grads, loose=10)


@given(seed=SEEDS, sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_manual_backprop_agrees_with_autograd_at_any_depth_and_width(place, seed, sizes):
    X, y, params = problem(place, np.random.default_rng(seed), sizes, "mse", n=3)
    _, grads = loss_and_grads(X, y, params, "tanh", "mse")
    _, expected = loss_and_grads_autograd(X, y, params, "tanh", "mse")
    place.assert_layers_close(grads, expected, loose=100)


def test_loss_and_grads_worked_by_hand(place):
    # x = 2: z = 3 * 2 - 1 = 5, a = relu(z) = 5, output 2 * 5 + 4 = 14, target 10.
    # mse: 16; d_out = 8; dW2 = 40, db2 = 8, dz = 16, dW1 = 32, db1 = 16.
    params = [
        (place.tensor([[3.0]]), place.tensor([-1.0])),
        (place.tensor([[2.0]]), place.tensor([4.0])),
    ]
    value, grads = loss_and_grads(
        place.tensor([[2.0]]), place.tensor([[10.0]]), params, "relu", "mse"
    )
    place.assert_close(value, 16.0)
    expected = [
        (place.tensor([[32.0]]), place.tensor([16.0])),
        (place.tensor([[40.0]]), place.tensor([8.0])),
    ]
    place.assert_layers_close(grads, expected)


@pytest.mark.parametrize("loss", LOSSES)
def test_repeating_the_rows_changes_neither_loss_nor_gradient(place, rng, loss):
    X, y, params = problem(place, rng, (3, 4), loss)
    value, grads = loss_and_grads(X, y, params, "tanh", loss)
    again, grads_again = loss_and_grads(
        torch.cat([X, X, X]), torch.cat([y, y, y]), params, "tanh", loss
    )
    place.assert_close(again, value)
    place.assert_layers_close(grads_again, grads, loose=10)


@pytest.mark.parametrize("loss", ["bce", "cross_entropy"])
def test_gradients_stay_finite_for_huge_logits(place, rng, loss):
    X, y, params = problem(place, rng, (2, 3), loss)
    _, grads = loss_and_grads(X * 1e4, y, params, "relu", loss)
    assert all(torch.isfinite(array).all() for layer in grads for array in layer)


def test_autograd_works_where_gradients_are_switched_off(place, rng):
    X, y, params = problem(place, rng, (2, 3), "bce")
    with torch.no_grad():
        value, grads = loss_and_grads_autograd(X, y, params, "tanh", "bce")
    assert not value.requires_grad
    place.assert_layers_close(grads, loss_and_grads(X, y, params, "tanh", "bce")[1])
    assert not any(array.requires_grad for layer in params for array in layer)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_gradient_check_is_small_where_the_loss_is_smooth(place, rng, activation, loss):
    X, y, params = problem(place, rng, (3, 4, 3), loss)
    worst = gradient_check(X, y, params, activation, loss)
    assert type(worst) is float
    assert worst < 1e-4


def test_gradient_check_is_small_for_relu_away_from_its_kinks(place, rng):
    X, y = place.normal(rng, 5, 2), place.bits(rng, 5)
    # Every pre-activation of the hidden layer is far from 0.
    hidden = (0.1 * place.normal(rng, 2, 3), place.tensor([2.0, -2.0, 3.0]))
    params = [hidden, (place.normal(rng, 3, 1), place.normal(rng, 1))]
    assert gradient_check(X, y, params, "relu", "bce") < 1e-6


def test_gradient_check_shows_a_relu_kink(place, rng):
    X, y = place.tensor(np.zeros((4, 2))), place.bits(rng, 4)
    W, b = place.normal(rng, 2, 3), place.tensor([0.0, 0.0, 0.0])
    params = [(W, b), (place.normal(rng, 3, 1), place.normal(rng, 1))]
    # Backprop takes the slope 0 of the left side, differences half of the right side's.
    assert gradient_check(X, y, params, "relu", "bce") == pytest.approx(1.0)


def test_gradient_check_reveals_a_wrong_derivative(monkeypatch, place, rng):
    X, y, params = problem(place, rng, (3, 4), "bce")
    monkeypatch.setattr("reference.backprop.activation_grad", lambda z, name: 1 - torch.tanh(z))
    assert gradient_check(X, y, params, "tanh", "bce") > 1e-2


def test_wrong_names_and_shapes_are_refused(rng):
    X, W = torch.zeros(4, 2), torch.zeros(2, 1)
    params = [(W, torch.zeros(1))]
    with pytest.raises(ValueError, match=r"'mae', expected one of \['mse', 'bce'"):
        loss_and_grads(X, torch.zeros(4, 1), params, "relu", "mae")
    with pytest.raises(ValueError, match=r"target has shape \(4,\), expected \(4, 1\)"):
        loss_and_grads(X, torch.zeros(4), params, "relu", "mse")
    with pytest.raises(ValueError, match=r"dZ has shape \(3, 1\), expected \(4, 1\)"):
        dense_backward(torch.zeros(3, 1), X, W)
    with pytest.raises(ValueError, match=r"dA has shape \(4,\), expected \(4, 2\)"):
        activation_backward(torch.zeros(4), X, "relu")
