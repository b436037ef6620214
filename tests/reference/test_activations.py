from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.activations import (
    activate,
    activation_grad,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    tanh,
    tanh_grad,
)

PAIRS = [(sigmoid, sigmoid_grad), (tanh, tanh_grad), (relu, relu_grad)]
NUMBERS = st.floats(-30, 30, allow_nan=False, width=32)


def test_sigmoid_agrees_with_the_hyperbolic_identity(place, rng):
    z = rng.normal(size=(3, 4, 2)) * 5
    place.assert_close(sigmoid(place.tensor(z)), (1 + np.tanh(z / 2)) / 2)


def test_tanh_and_relu_agree_with_numpy(place, rng):
    z = rng.normal(size=(5, 3)) * 3
    place.assert_close(tanh(place.tensor(z)), np.tanh(z))
    place.assert_close(relu(place.tensor(z)), np.maximum(z, 0))


def test_values_worked_by_hand(place):
    ln2, ln3 = math.log(2), math.log(3)
    place.assert_close(sigmoid(place.tensor([0.0, ln3, -ln3])), [0.5, 0.75, 0.25])
    place.assert_close(tanh(place.tensor([0.0, ln2])), [0.0, 0.6])
    place.assert_close(relu(place.tensor([-2.0, 0.0, 3.0])), [0.0, 0.0, 3.0])


def test_derivatives_worked_by_hand(place):
    ln2, ln3 = math.log(2), math.log(3)
    place.assert_close(sigmoid_grad(place.tensor([0.0, ln3])), [0.25, 0.1875])
    place.assert_close(tanh_grad(place.tensor([0.0, ln2])), [1.0, 0.64])
    place.assert_close(relu_grad(place.tensor([-2.0, 0.0, 3.0])), [0.0, 0.0, 1.0])


@pytest.mark.parametrize(("function", "derivative"), PAIRS)
def test_derivatives_agree_with_autograd(place, rng, function, derivative):
    z = place.normal(rng, 4, 3, scale=3).requires_grad_()
    (expected,) = torch.autograd.grad(function(z).sum(), z)
    place.assert_close(derivative(z.detach()), expected)


@given(z=NUMBERS)
def test_symmetries(place, z):
    plus, minus = place.tensor([z]), place.tensor([-z])
    place.assert_close(sigmoid(plus) + sigmoid(minus), [1.0])
    place.assert_close(tanh(plus), -tanh(minus))
    place.assert_close(relu(plus) - relu(minus), plus)
    place.assert_close(sigmoid_grad(plus), sigmoid_grad(minus))
    place.assert_close(tanh_grad(plus), tanh_grad(minus))


@pytest.mark.parametrize(("function", "derivative"), PAIRS)
def test_huge_inputs_stay_finite(place, function, derivative):
    z = place.tensor([-1e4, -710.0, -89.0, 0.0, 89.0, 710.0, 1e4])
    assert torch.isfinite(function(z)).all()
    assert torch.isfinite(derivative(z)).all()


def test_limits_of_huge_inputs(place):
    z = place.tensor([-1e4, 1e4])
    place.assert_close(sigmoid(z), [0.0, 1.0])
    place.assert_close(tanh(z), [-1.0, 1.0])
    place.assert_close(relu(z), [0.0, 1e4])
    place.assert_close(sigmoid_grad(z), [0.0, 0.0])
    place.assert_close(tanh_grad(z), [0.0, 0.0])


def test_derivatives_keep_relative_accuracy_in_the_tails():
    z = torch.tensor([40.0], dtype=torch.float64)
    assert float(sigmoid_grad(z)) == pytest.approx(math.exp(-40), rel=1e-12, abs=0)
    assert float(tanh_grad(z)) == pytest.approx(4 * math.exp(-80), rel=1e-12, abs=0)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_names_select_the_function_and_its_derivative(place, rng, name):
    z = place.normal(rng, 6)
    function, derivative = dict(zip(["sigmoid", "tanh", "relu"], PAIRS, strict=True))[name]
    place.assert_close(activate(z, name), function(z))
    place.assert_close(activation_grad(z, name), derivative(z))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'gelu', expected one of \['relu', 'sigmoid', 'tanh'\]"):
        activate(torch.zeros(1), "gelu")
