from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.backprop import loss_and_grads
from reference.layers import dense
from reference.losses import cross_entropy, objective
from reference.regularization import (
    dropout,
    dropout_backward,
    l2_penalty,
    l2_penalty_grads,
    regularized_loss_and_grads,
)


class ScriptedGenerator:
    """Stands in for a numpy Generator and hands out the numbers it was given."""

    def __init__(self, values):
        self.values = np.array(values)

    def random(self, shape):
        return self.values.reshape(shape)


def test_dropout_worked_by_hand(place):
    drawn = ScriptedGenerator([0.1, 0.3, 0.5, 0.9])
    out, mask = dropout(place.tensor([[1.0, 2.0], [3.0, 4.0]]), 0.4, drawn)
    place.assert_close(mask, [[0.0, 0.0], [1 / 0.6, 1 / 0.6]])
    place.assert_close(out, [[0.0, 0.0], [5.0, 4 / 0.6]])


@given(p=st.floats(0, 0.95), seed=st.integers(0, 2**32 - 1))
def test_dropout_keeps_scaled_values_or_nothing(place, p, seed):
    rng = np.random.default_rng(seed)
    a = place.normal(rng, 6, 4)
    out, mask = dropout(a, p, rng)
    place.assert_close(out, a * mask)
    kept = mask != 0
    place.assert_close(mask[kept], torch.full_like(mask[kept], 1 / (1 - p)))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_drops_a_share_p_and_keeps_the_expectation(place, rng, p):
    out, mask = dropout(place.tensor(np.ones((200, 200))), p, rng)
    # 40000 elements; six standard errors of a share and of a mean.
    error = 6 * (p * (1 - p) / 40000) ** 0.5
    assert float((mask == 0).double().mean()) == pytest.approx(p, abs=error)
    assert float(out.double().mean()) == pytest.approx(1, abs=error / (1 - p))


def test_dropout_draws_each_element_alone(place, rng):
    _, mask = dropout(place.tensor(np.ones((100, 300))), 0.5, rng)
    kept = (mask != 0).double()
    # Neither whole rows nor whole columns: their means stay near a half (six standard errors).
    assert float((kept.mean(dim=1) - 0.5).abs().max()) < 6 * 0.5 / 300**0.5
    assert float((kept.mean(dim=0) - 0.5).abs().max()) < 6 * 0.5 / 100**0.5
    neighbours = (kept[:, 1:] == kept[:, :-1]).double().mean()
    assert float(neighbours) == pytest.approx(0.5, abs=6 * 0.5 / (100 * 299) ** 0.5)


def test_dropout_has_the_mean_and_variance_of_torch_dropout(rng):
    ones = torch.ones(300, 300, dtype=torch.float64)
    out, _ = dropout(ones, 0.3, rng)
    theirs = torch.nn.functional.dropout(ones, 0.3)
    torch.testing.assert_close(out.unique(), theirs.unique())
    # The variance p / (1 - p) = 0.4286 has a standard error below 0.002 in each.
    assert float(out.var()) == pytest.approx(float(theirs.var()), abs=0.02)


@pytest.mark.parametrize(("p", "training"), [(0.0, True), (0.5, False), (0.0, False)])
def test_dropout_is_the_identity_when_off(place, rng, p, training):
    a, before = place.normal(rng, 3, 2), rng.bit_generator.state
    out, mask = dropout(a, p, rng, training=training)
    place.assert_close(out, a)
    place.assert_close(mask, torch.ones_like(a))
    assert out.data_ptr() != a.data_ptr()
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5])
def test_an_impossible_rate_is_refused(rng, p):
    with pytest.raises(ValueError, match=f"p is {p}, expected at least 0 and below 1"):
        dropout(torch.ones(2), p, rng)


def test_dropout_backward_agrees_with_autograd(place, rng):
    a, upstream = place.normal(rng, 4, 3).requires_grad_(), place.normal(rng, 4, 3)
    out, mask = dropout(a, 0.5, rng)
    (expected,) = torch.autograd.grad(out, a, grad_outputs=upstream)
    place.assert_close(dropout_backward(upstream, mask), expected)


def test_dropout_backward_worked_by_hand(place):
    got = dropout_backward(place.tensor([3.0, 4.0, 5.0]), place.tensor([0.0, 2.0, 2.0]))
    place.assert_close(got, [0.0, 8.0, 10.0])


@given(seed=st.integers(0, 2**32 - 1))
def test_dropout_backward_is_the_adjoint_of_dropout(place, seed):
    rng = np.random.default_rng(seed)
    a, upstream = place.normal(rng, 5), place.normal(rng, 5)
    out, mask = dropout(a, 0.4, rng)
    place.assert_close((out * upstream).sum(), (a * dropout_backward(upstream, mask)).sum())


def test_l2_penalty_worked_by_hand(place):
    # Squared weights 1 + 4 + 9 + 16 = 30, biases left out; 0.1 / 2 * 30 = 1.5.
    params = [
        (place.tensor([[1.0, 2.0]]), place.tensor([100.0, 100.0])),
        (place.tensor([[3.0], [-4.0]]), place.tensor([100.0])),
    ]
    place.assert_close(l2_penalty(params, 0.1), 1.5)
    grads = l2_penalty_grads(params, 0.1)
    place.assert_layers_close(
        grads,
        [
            (place.tensor([[0.1, 0.2]]), place.tensor([0.0, 0.0])),
            (place.tensor([[0.3], [-0.4]]), place.tensor([0.0])),
        ],
    )


def test_l2_gradient_agrees_with_autograd(place, rng):
    params = place.params(rng, (2, 3, 1))
    leaves = [(W.clone().requires_grad_(), b) for W, b in params]
    expected = torch.autograd.grad(l2_penalty(leaves, 0.3), [W for W, _ in leaves])
    for (dW, db), wanted in zip(l2_penalty_grads(params, 0.3), expected, strict=True):
        place.assert_close(dW, wanted)
        assert not db.any()


def test_l2_gradient_is_the_weight_decay_of_torch(place, rng):
    ((W, _),) = params = place.params(rng, (3, 2))
    parameter = W.clone().requires_grad_()
    parameter.grad = torch.zeros_like(W)
    torch.optim.SGD([parameter], lr=0.5, weight_decay=0.2).step()
    place.assert_close(W - 0.5 * l2_penalty_grads(params, 0.2)[0][0], parameter)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.1, 10))
def test_l2_penalty_is_quadratic_in_weights_and_linear_in_the_decay(place, seed, scale):
    params = place.params(np.random.default_rng(seed), (2, 3, 1))
    value = l2_penalty(params, 0.1)
    scaled = [(scale * W, b) for W, b in params]
    place.assert_close(l2_penalty(scaled, 0.1), scale**2 * value, loose=10)
    place.assert_close(l2_penalty(params, 0.1 * scale), scale * value, loose=10)


def test_regularized_gradients_agree_with_autograd_under_the_same_masks(place):
    rng = np.random.default_rng(5)
    params, X = place.params(rng, (3, 6, 5, 4)), place.normal(rng, 7, 3)
    y = place.labels(rng.integers(0, 4, size=7))
    value, grads = regularized_loss_and_grads(
        X,
        y,
        params,
        activation="tanh",
        loss="cross_entropy",
        p=0.4,
        weight_decay=0.1,
        rng=np.random.default_rng(9),
    )
    same = np.random.default_rng(9)
    leaves = [(W.clone().requires_grad_(), b.clone().requires_grad_()) for W, b in params]
    a = X
    for W, b in leaves[:-1]:
        a, _ = dropout(torch.tanh(dense(a, W, b)), 0.4, same)
    expected = cross_entropy(dense(a, *leaves[-1]), y) + l2_penalty(leaves, 0.1)
    slopes = torch.autograd.grad(expected, [array for layer in leaves for array in layer])
    place.assert_close(value, expected)
    place.assert_layers_close(grads, list(zip(slopes[::2], slopes[1::2], strict=True)), loose=10)


def test_without_regularisation_the_plain_loss_and_gradients_remain(place, rng):
    params, X, y = place.params(rng, (2, 3, 1)), place.normal(rng, 5, 2), place.bits(rng, 5)
    value, grads = regularized_loss_and_grads(
        X, y, params, activation="relu", loss="bce", p=0.0, weight_decay=0.0, rng=rng
    )
    place.assert_close(value, objective(X, y, params, "relu"))
    place.assert_layers_close(grads, loss_and_grads(X, y, params, "relu", "bce")[1])


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"mask has shape \(2, 1\), expected \(2,\)"):
        dropout_backward(torch.ones(2), torch.ones(2, 1))
