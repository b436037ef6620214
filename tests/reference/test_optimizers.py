from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.optimizers import (
    adadelta_step,
    adagrad_step,
    adam_step,
    minibatches,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)


def stateless(theta, grad, state, *, lr):
    return sgd_step(theta, grad, lr), None


# Our step, torch's optimiser, and the settings of both (values far from any default).
RULES = {
    "sgd": (stateless, torch.optim.SGD, {}, {}),
    "momentum": (momentum_step, torch.optim.SGD, {"momentum": 0.7}, {"momentum": 0.7}),
    "nesterov": (
        nesterov_step,
        torch.optim.SGD,
        {"momentum": 0.6},
        {"momentum": 0.6, "nesterov": True},
    ),
    "adagrad": (adagrad_step, torch.optim.Adagrad, {"eps": 1e-3}, {"eps": 1e-3}),
    "rmsprop": (
        rmsprop_step,
        torch.optim.RMSprop,
        {"alpha": 0.8, "eps": 1e-3},
        {"alpha": 0.8, "eps": 1e-3},
    ),
    "adadelta": (
        adadelta_step,
        torch.optim.Adadelta,
        {"rho": 0.7, "eps": 1e-2},
        {"rho": 0.7, "eps": 1e-2},
    ),
    "adam": (
        adam_step,
        torch.optim.Adam,
        {"betas": (0.8, 0.95), "eps": 1e-3},
        {"betas": (0.8, 0.95), "eps": 1e-3},
    ),
}
STATEFUL = [name for name in RULES if name != "sgd"]


def ours(name):
    step, _, settings, _ = RULES[name]
    return partial(step, **settings)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("shape", [(4,), (3, 2)])
def test_ten_steps_agree_with_torch_while_the_learning_rate_changes(place, rng, name, shape):
    _, optimizer, _, settings = RULES[name]
    theta, state = place.normal(rng, *shape), None
    parameter = theta.clone().requires_grad_()
    theirs = optimizer([parameter], lr=0.1, **settings)
    for t in range(10):
        lr, grad = 0.1 / (1 + t % 3), place.normal(rng, *shape)
        theta, state = ours(name)(theta, grad, state, lr=lr)
        theirs.param_groups[0]["lr"] = lr
        parameter.grad = grad.clone()
        theirs.step()
        place.assert_close(theta, parameter, loose=10)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adadelta", "adam"])
def test_default_settings_are_those_of_torch(place, rng, name):
    step, optimizer, _, _ = RULES[name]
    theta, state = place.normal(rng, 4), None
    parameter = theta.clone().requires_grad_()
    theirs = optimizer([parameter], lr=0.1)
    for _ in range(3):
        grad = place.normal(rng, 4)
        theta, state = step(theta, grad, state, lr=0.1)
        parameter.grad = grad.clone()
        theirs.step()
    place.assert_close(theta, parameter, loose=10)


# From theta = 0 with lr = 0.1, the gradients given and the thetas worked out on paper:
# momentum: v = 1, 1.9.                      nesterov: v = 1, 1.9; steps 1.9 and 1 + 0.9 * 1.9.
# adagrad: sums 9, 25; steps 3/3, 4/5.       rmsprop: averages 1, 7/4; steps 2/1, 2/sqrt(7/4).
# adadelta: s = 0.1; sqrt(0.1 / 0.2).        adam: m/(1-b1^2) = 9/19, v/(1-b2^2) = 999/1999.
WORKED = [
    ("sgd", {}, [2.0, -4.0], [-0.2, 0.2]),
    ("momentum", {"momentum": 0.9}, [1.0, 1.0], [-0.1, -0.29]),
    ("nesterov", {"momentum": 0.9}, [1.0, 1.0], [-0.19, -0.461]),
    ("adagrad", {"eps": 0.0}, [3.0, 4.0], [-0.1, -0.18]),
    ("rmsprop", {"alpha": 0.75, "eps": 0.0}, [2.0, 2.0], [-0.2, -0.2 - 0.2 / 1.75**0.5]),
    ("adadelta", {"rho": 0.9, "eps": 0.1}, [1.0], [-0.1 * 0.5**0.5]),
    (
        "adam",
        {"betas": (0.9, 0.999), "eps": 0.0},
        [1.0, 0.0],
        [-0.1, -0.1 - 0.1 * (9 / 19) / (999 / 1999) ** 0.5],
    ),
]


@pytest.mark.parametrize(("name", "settings", "grads", "thetas"), WORKED)
def test_first_steps_worked_by_hand(place, name, settings, grads, thetas):
    theta, state = place.tensor([0.0]), None
    for grad, expected in zip(grads, thetas, strict=True):
        theta, state = RULES[name][0](theta, place.tensor([grad]), state, lr=0.1, **settings)
        place.assert_close(theta, [expected])


@pytest.mark.parametrize("name", STATEFUL)
@given(seed=st.integers(0, 2**32 - 1))
def test_problems_may_interleave(place, name, seed):
    rng, step = np.random.default_rng(seed), ours(name)
    starts = [place.normal(rng, 2), place.normal(rng, 3, 2)]
    grads = [[place.normal(rng, *start.shape) for _ in range(3)] for start in starts]

    def alone(theta, steps):
        state = None
        for grad in steps:
            theta, state = step(theta, grad, state, lr=0.1)
        return theta

    thetas, states = list(starts), [None, None]
    for t in range(3):
        for i in range(2):
            thetas[i], states[i] = step(thetas[i], grads[i][t], states[i], lr=0.1)
    for theta, start, steps in zip(thetas, starts, grads, strict=True):
        place.assert_close(theta, alone(start, steps))


@pytest.mark.parametrize("name", RULES)
def test_a_step_acts_on_each_element_alone(place, rng, name):
    theta, grad, order = place.normal(rng, 5), place.normal(rng, 5), [4, 2, 0, 1, 3]
    moved, _ = ours(name)(theta, grad, None, lr=0.1)
    shuffled, _ = ours(name)(theta[order], grad[order], None, lr=0.1)
    place.assert_close(shuffled, moved[order])


@pytest.mark.parametrize("name", RULES)
def test_zero_gradients_leave_theta_alone(place, rng, name):
    theta, state = place.normal(rng, 3), None
    moved = theta
    for _ in range(3):
        moved, state = ours(name)(moved, torch.zeros_like(theta), state, lr=0.1)
    place.assert_close(moved, theta)


@given(scale=st.floats(1e-2, 1e2))
def test_the_first_adam_step_does_not_depend_on_the_size_of_the_gradient(place, scale):
    theta, grad = place.tensor([0.0, 0.0]), scale * place.tensor([3.0, -0.5])
    moved, _ = adam_step(theta, grad, None, lr=0.1, eps=0.0)
    place.assert_close(moved, [-0.1, 0.1])


@pytest.mark.parametrize("name", STATEFUL)
def test_state_is_plain_data_of_the_place_and_of_a_fixed_structure(place, rng, name):
    theta, state, structures = place.normal(rng, 2, 2), None, []
    for _ in range(2):
        theta, state = ours(name)(theta, place.normal(rng, 2, 2), state, lr=0.1)
        structures.append({key: type(value) for key, value in state.items()})
        assert all(v.dtype == place.dtype for v in state.values() if isinstance(v, torch.Tensor))
    assert structures[0] == structures[1]


@pytest.mark.parametrize("name", RULES)
def test_a_gradient_of_another_shape_is_refused(name):
    with pytest.raises(ValueError, match=r"grad has shape \(3, 1\), expected \(3,\)"):
        ours(name)(torch.zeros(3), torch.zeros(3, 1), None, lr=0.1)


@given(n=st.integers(1, 60), size=st.integers(1, 70), seed=st.integers(0, 2**32 - 1))
def test_minibatches_partition_the_rows(n, size, seed):
    batches = minibatches(n, size, np.random.default_rng(seed))
    assert isinstance(batches, list)
    assert all(batch.dtype == torch.int64 and batch.ndim == 1 for batch in batches)
    assert all(len(batch) == size for batch in batches[:-1])
    assert 1 <= len(batches[-1]) <= size
    assert sorted(torch.cat(batches).tolist()) == list(range(n))


def test_the_last_minibatch_may_be_short(rng):
    assert [len(batch) for batch in minibatches(10, 4, rng)] == [4, 4, 2]
    assert [len(batch) for batch in minibatches(8, 4, rng)] == [4, 4]
    assert [len(batch) for batch in minibatches(3, 100, rng)] == [3]


def test_minibatches_are_shuffled_afresh_by_the_generator():
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    first, second = torch.cat(minibatches(50, 7, rng)), torch.cat(minibatches(50, 7, rng))
    assert first.tolist() == torch.cat(minibatches(50, 7, same)).tolist()
    assert first.tolist() != second.tolist()
    assert first.tolist() != list(range(50))


def test_every_row_is_equally_likely_to_come_first(rng):
    first = [int(minibatches(5, 2, rng)[0][0]) for _ in range(2000)]
    # 400 expected with a standard deviation of 18: six of them.
    assert all(abs(first.count(row) - 400) < 108 for row in range(5))


def test_minibatches_live_on_the_device_asked_for(place, rng):
    batches = minibatches(5, 2, rng, place.device)
    assert {batch.device.type for batch in batches} == {place.device}


def test_an_impossible_batch_size_is_refused(rng):
    with pytest.raises(ValueError, match="batch_size is 0, expected at least 1"):
        minibatches(5, 0, rng)
