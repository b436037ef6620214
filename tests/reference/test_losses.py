from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    cross_entropy,
    cross_entropy_grad,
    mean_squared_error,
    mean_squared_error_grad,
    objective,
    softmax,
)

SEEDS = st.integers(0, 2**32 - 1)


def derivative(loss, first, second):
    leaf = first.clone().requires_grad_()
    return torch.autograd.grad(loss(leaf, second), leaf)[0]


@pytest.mark.parametrize("shape", [(5,), (4, 3)])
def test_mean_squared_error_and_gradient_agree_with_torch(place, rng, shape):
    a, b = place.normal(rng, *shape), place.normal(rng, *shape)
    place.assert_close(mean_squared_error(a, b), F.mse_loss(a, b))
    place.assert_close(mean_squared_error_grad(a, b), derivative(F.mse_loss, a, b))


def test_mean_squared_error_worked_by_hand(place):
    # Differences 1, 2, 0, 3: squares add up to 14 over 4 elements.
    prediction, target = place.tensor([[1.0, 2.0], [3.0, 4.0]]), place.tensor([[0.0, 0.0], [3, 1]])
    place.assert_close(mean_squared_error(prediction, target), 3.5)
    place.assert_close(mean_squared_error_grad(prediction, target), [[0.5, 1.0], [0.0, 1.5]])


@given(seed=SEEDS, scale=st.floats(0.1, 10))
def test_mean_squared_error_is_symmetric_and_quadratic(place, seed, scale):
    rng = np.random.default_rng(seed)
    a, b = place.normal(rng, 6), place.normal(rng, 6)
    value = mean_squared_error(a, b)
    place.assert_close(mean_squared_error(b, a), value)
    place.assert_close(mean_squared_error(scale * a, scale * b), scale**2 * value, loose=10)


def test_binary_cross_entropy_of_the_lecture(place):
    predicted, actual = place.tensor([0.05, 0.02, 0.96, 0.35]), place.tensor([1.0, 0.0, 1.0, 1.0])
    # -(ln 0.05 + ln 0.98 + ln 0.96 + ln 0.35) / 4
    assert float(binary_cross_entropy(predicted, actual)) == pytest.approx(1.0266, abs=5e-5)


def test_binary_cross_entropy_agrees_with_torch(place, rng):
    p, y = place.tensor(rng.uniform(0.01, 0.99, size=20)), place.bits(rng, 20)
    place.assert_close(binary_cross_entropy(p, y), F.binary_cross_entropy(p, y))


@given(p=st.floats(0.01, 0.99))
def test_binary_cross_entropy_is_the_same_with_the_classes_swapped(place, p):
    probability, y = place.tensor([p]), place.tensor([1.0])
    place.assert_close(
        binary_cross_entropy(1 - probability, 1 - y), binary_cross_entropy(probability, y)
    )


def test_binary_cross_entropy_is_clipped_at_zero_and_one(place):
    wrong = binary_cross_entropy(place.tensor([0.0, 1.0]), place.tensor([1.0, 0.0]))
    place.assert_close(wrong, -math.log(1e-12))
    right = binary_cross_entropy(place.tensor([0.0, 1.0]), place.tensor([0.0, 1.0]))
    place.assert_close(right, 0.0)


def test_bce_with_logits_and_gradient_agree_with_torch(place, rng):
    z, y = place.normal(rng, 20, scale=4), place.bits(rng, 20)
    loss = F.binary_cross_entropy_with_logits
    place.assert_close(binary_cross_entropy_with_logits(z, y), loss(z, y))
    place.assert_close(binary_cross_entropy_with_logits_grad(z, y), derivative(loss, z, y))


def test_bce_with_logits_worked_by_hand(place):
    # sigmoid(ln 3) = 3/4: the losses are ln(4/3) for a true label and ln 4 for a false one.
    z, y = place.tensor([math.log(3), math.log(3)]), place.tensor([1.0, 0.0])
    expected = (math.log(4 / 3) + math.log(4)) / 2
    place.assert_close(binary_cross_entropy_with_logits(z, y), expected)
    place.assert_close(binary_cross_entropy_with_logits_grad(z, y), [-0.125, 0.375])


@given(seed=SEEDS)
def test_bce_of_logits_is_bce_of_their_sigmoid(place, seed):
    rng = np.random.default_rng(seed)
    z, y = place.normal(rng, 5), place.bits(rng, 5)
    place.assert_close(
        binary_cross_entropy_with_logits(z, y), binary_cross_entropy(z.sigmoid(), y), loose=10
    )


@pytest.mark.parametrize(
    ("z", "y", "expected"),
    [(1e4, 0.0, 1e4), (1e4, 1.0, 0.0), (-1e4, 1.0, 1e4), (-1e4, 0.0, 0.0), (0.0, 1.0, math.log(2))],
)
def test_bce_with_logits_is_exact_for_huge_logits(place, z, y, expected):
    logits, target = place.tensor([z]), place.tensor([y])
    place.assert_close(binary_cross_entropy_with_logits(logits, target), expected)
    assert torch.isfinite(binary_cross_entropy_with_logits_grad(logits, target)).all()


def test_bce_with_logits_does_not_cancel_in_the_tail():
    z, y = torch.tensor([40.0], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64)
    assert float(binary_cross_entropy_with_logits(z, y)) == pytest.approx(
        math.exp(-40), rel=1e-9, abs=0
    )


def test_autograd_through_the_losses_is_right_at_zero(place):
    # Formulas with abs(z) have a false kink there; the true slope at logit 0 is 1/2 - y.
    zero, one = place.tensor([0.0]), place.tensor([1.0])
    got = derivative(binary_cross_entropy_with_logits, zero, one)
    place.assert_close(got, [-0.5])


def test_softmax_agrees_with_torch(place, rng):
    z = place.normal(rng, 6, 4, scale=5)
    place.assert_close(softmax(z), F.softmax(z, dim=1))


def test_softmax_worked_by_hand(place):
    got = softmax(place.tensor([[0.0, math.log(3)], [math.log(2), math.log(2)]]))
    place.assert_close(got, [[0.25, 0.75], [0.5, 0.5]])


@given(seed=SEEDS, shift=st.floats(-50, 50))
def test_softmax_rows_sum_to_one_and_ignore_a_shift(place, seed, shift):
    z = place.normal(np.random.default_rng(seed), 3, 5)
    place.assert_close(softmax(z).sum(dim=1), [1.0, 1.0, 1.0])
    place.assert_close(softmax(z + shift), softmax(z), loose=10)


def test_softmax_survives_large_logits(place):
    got = softmax(place.tensor([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]]))
    place.assert_close(got, [[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])


def test_cross_entropy_and_gradient_agree_with_torch(place, rng):
    z, labels = place.normal(rng, 7, 4, scale=3), place.labels(rng.integers(0, 4, size=7))
    place.assert_close(cross_entropy(z, labels), F.cross_entropy(z, labels))
    place.assert_close(cross_entropy_grad(z, labels), derivative(F.cross_entropy, z, labels))


def test_cross_entropy_worked_by_hand(place):
    # Probabilities (1/4, 3/4) and (1/2, 1/2), true classes 1 and 0: (ln(4/3) + ln 2) / 2.
    z, labels = place.tensor([[0.0, math.log(3)], [5.0, 5.0]]), place.labels([1, 0])
    place.assert_close(cross_entropy(z, labels), (math.log(4 / 3) + math.log(2)) / 2)
    place.assert_close(cross_entropy_grad(z, labels), [[0.125, -0.125], [-0.25, 0.25]])


@given(seed=SEEDS)
def test_cross_entropy_of_two_classes_is_binary_cross_entropy(place, seed):
    rng = np.random.default_rng(seed)
    z, y = place.normal(rng, 5), place.bits(rng, 5)
    two = torch.stack([torch.zeros_like(z), z], dim=1)
    place.assert_close(
        cross_entropy(two, y.long()), binary_cross_entropy_with_logits(z, y), loose=10
    )
    place.assert_close(cross_entropy_grad(two, y.long()).sum(dim=1), torch.zeros_like(z))


def test_cross_entropy_survives_large_logits(place):
    z = place.tensor([[1e4, -1e4], [1e4, -1e4]])
    place.assert_close(cross_entropy(z, place.labels([0, 1])), 1e4)
    place.assert_close(cross_entropy_grad(z, place.labels([0, 1])), [[0.0, 0.0], [0.5, -0.5]])


def test_objective_worked_by_hand(place):
    # relu(x) = (2, 0), logits (2 ln 3 - ln 3, -ln 3) = (ln 3, -ln 3); both labels 1.
    ln3 = math.log(3)
    params = [
        (place.tensor([[1.0]]), place.tensor([0.0])),
        (place.tensor([[ln3]]), place.tensor([-ln3])),
    ]
    X, y = place.tensor([[2.0], [-5.0]]), place.tensor([1.0, 1.0])
    place.assert_close(objective(X, y, params, "relu"), (math.log(4 / 3) + math.log(4)) / 2)


def test_objective_is_the_mean_of_the_rows_objectives(place, rng):
    params, X, y = place.params(rng, (2, 3, 1)), place.normal(rng, 5, 2), place.bits(rng, 5)
    rows = [objective(X[i : i + 1], y[i : i + 1], params, "tanh") for i in range(5)]
    place.assert_close(objective(X, y, params, "tanh"), sum(rows) / 5)


def test_objective_agrees_with_torch(place, rng):
    ((W, b),) = params = place.params(rng, (3, 1))
    X, y = place.normal(rng, 8, 3), place.bits(rng, 8)
    expected = F.binary_cross_entropy_with_logits(F.linear(X, W.T, b)[:, 0], y)
    place.assert_close(objective(X, y, params, "relu"), expected)


@pytest.mark.parametrize(
    "loss",
    [
        mean_squared_error,
        mean_squared_error_grad,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        binary_cross_entropy_with_logits_grad,
    ],
)
def test_a_column_of_targets_is_refused_rather_than_broadcast(loss):
    with pytest.raises(ValueError, match=r"target has shape \(4, 1\), expected \(4,\)"):
        loss(torch.full((4,), 0.5), torch.zeros(4, 1))


def test_other_shapes_are_refused(rng):
    with pytest.raises(ValueError, match=r"labels have shape \(3, 1\), expected \(3,\)"):
        cross_entropy(torch.zeros(3, 2), torch.zeros(3, 1, dtype=torch.int64))
    with pytest.raises(ValueError, match="logits have 1 axes, expected 2"):
        softmax(torch.zeros(3))
    two_outputs = [(torch.zeros(2, 2), torch.zeros(2))]
    with pytest.raises(ValueError, match=r"logits have shape \(3, 2\), expected \(3, 1\)"):
        objective(torch.zeros(3, 2), torch.zeros(3), two_outputs, "relu")
