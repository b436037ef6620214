"""What holds for every public function: nothing is mutated, and device and precision are kept."""

from __future__ import annotations

import copy
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import torch

from reference.arrays import MODULES, public_names
from reference.backprop import forward_trace
from reference.capstone import BINARY, fit_recipe


def forward_cases(place):
    """Arguments for activations, layers, losses and metrics, by name."""
    rng = np.random.default_rng(11)
    z, other, X = (place.normal(rng, *shape) for shape in ((4, 3), (4, 3), (6, 2)))
    y, labels = place.bits(rng, 6), place.labels([0, 2, 1, 1])
    unit, bits = place.tensor(rng.uniform(size=6)), place.bits(rng, 6)
    params = place.params(rng, (2, 3, 1))
    elementwise = ("sigmoid", "tanh", "relu", "sigmoid_grad", "tanh_grad", "relu_grad")
    return {
        **{name: ((z,), {}) for name in elementwise},
        "activate": ((z, "tanh"), {}),
        "activation_grad": ((z, "tanh"), {}),
        "perceptron": ((unit, bits, 0.5), {}),
        "dense": ((X, *params[0]), {}),
        "mlp_forward": ((X, params, "relu"), {}),
        "collapse_linear": ((params,), {}),
        "xor_params": ((), {"dtype": place.dtype, "device": place.device}),
        "init_params": (((2, 3), rng), {"dtype": place.dtype, "device": place.device}),
        "mean_squared_error": ((z, other), {}),
        "mean_squared_error_grad": ((z, other), {}),
        "binary_cross_entropy": ((unit, bits), {}),
        "binary_cross_entropy_with_logits": ((X[:, 0], y), {}),
        "binary_cross_entropy_with_logits_grad": ((X[:, 0], y), {}),
        "softmax": ((z,), {}),
        "cross_entropy": ((z, labels), {}),
        "cross_entropy_grad": ((z, labels), {}),
        "objective": ((X, y, params, "tanh"), {}),
        "single_logit": ((X[:, :1],), {}),
        "binary_accuracy": ((X[:, 0], y), {}),
        "class_accuracy": ((z, labels), {}),
        "roc_auc": ((unit, place.tensor([0.0, 1, 0, 1, 1, 0])), {}),
    }


def learning_cases(place):
    """Arguments for backpropagation, optimisers, regularisation and training, by name."""
    rng = np.random.default_rng(12)
    z, other, X = (place.normal(rng, *shape) for shape in ((4, 3), (4, 3), (6, 2)))
    y, unit = place.bits(rng, 6), place.tensor(rng.uniform(size=6))
    params = place.params(rng, (2, 3, 1))
    recipe = replace(BINARY, hidden=(2,), epochs=1, p=0.5)
    step, run = {"lr": 0.1}, {"epochs": 2, "batch_size": 4, "lr": 0.1}
    buffer, loss_args = {"momentum_buffer": other}, (X, y, params, "relu", "bce")
    return {
        "numerical_gradient": ((lambda theta: (theta**2).sum(), z), {}),
        "dense_backward": ((z, z, place.normal(rng, 3, 3)), {}),
        "activation_backward": ((z, other, "relu"), {}),
        "loss_and_grads": (loss_args, {}),
        "loss_and_grads_autograd": (loss_args, {}),
        "gradient_check": (loss_args, {}),
        "forward_trace": ((X, params, "relu"), {}),
        "backward": ((X[:, :1], forward_trace(X, params, "relu"), params, "relu"), {}),
        "loss_value_and_grad": ((X[:, :1], y, "bce"), {}),
        "sgd_step": ((z, other, 0.1), {}),
        "minibatches": ((7, 3, rng, place.device), {}),
        "momentum_step": ((z, other, buffer), {**step, "momentum": 0.9}),
        "nesterov_step": ((z, other, buffer), {**step, "momentum": 0.9}),
        "adagrad_step": ((z, other, {"sum": other**2}), step),
        "rmsprop_step": ((z, other, {"square_avg": other**2}), step),
        "adadelta_step": ((z, other, {"square_avg": z**2, "acc_delta": other**2}), step),
        "adam_step": ((z, other, {"step": 3, "exp_avg": z, "exp_avg_sq": other**2}), step),
        "dropout": ((z, 0.5, rng), {}),
        "dropout_backward": ((z, other), {}),
        "l2_penalty": ((params, 0.1), {}),
        "l2_penalty_grads": ((params, 0.1), {}),
        "regularized_loss_and_grads": (
            (X, y, params),
            {"activation": "relu", "loss": "bce", "p": 0.5, "weight_decay": 0.1, "rng": rng},
        ),
        "early_stopping": ((unit, 2), {}),
        "train": ((X, y, params), {**run, "rng": rng}),
        "train_regularized": (
            (X, y, X, y, params),
            {**run, "p": 0.5, "weight_decay": 0.1, "patience": 1, "rng": rng},
        ),
        "descend": ((params, params, 0.1), {}),
        "fit": ((X, y, 0), {}),
        "fit_recipe": ((X, y, 0, recipe), {}),
        "predict_proba": ((fit_recipe(X, y, 0, recipe), X), {}),
        "standardisation": ((X,), {}),
    }


def cases(place):
    """Arguments for each public function, by name."""
    return {**forward_cases(place), **learning_cases(place)}


NAMES = public_names()


def function(name):
    return next(
        getattr(module, name)
        for module in (import_module(f"reference.{part}") for part in MODULES)
        if hasattr(module, name)
    )


def tensors(value):
    """All tensors inside nested containers and dataclasses."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    elif hasattr(value, "__dataclass_fields__"):
        value = list(vars(value).values())
    return [t for item in value for t in tensors(item)] if isinstance(value, list | tuple) else []


def test_every_public_function_has_a_case(place):
    assert sorted(cases(place)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_left_as_they_were(place, name):
    args, kwargs = cases(place)[name]
    held = tensors((args, kwargs))
    before = copy.deepcopy(held)
    versions = [tensor._version for tensor in held]
    function(name)(*args, **kwargs)
    assert all(torch.equal(now, then) for now, then in zip(held, before, strict=True))
    # Not even written to and put back.
    assert [tensor._version for tensor in held] == versions


@pytest.mark.parametrize("name", NAMES)
def test_results_stay_on_the_device_and_in_the_precision(place, name):
    args, kwargs = cases(place)[name]
    for result in tensors(function(name)(*args, **kwargs)):
        assert result.device.type == place.device
        assert result.dtype == (torch.int64 if name == "minibatches" else place.dtype)
        assert not result.requires_grad


@pytest.mark.parametrize("name", NAMES)
def test_every_docstring_states_shapes(name):
    assert "shapes" in function(name).__doc__.lower()


READS_VALUES = {
    "binary_accuracy",
    "class_accuracy",
    "early_stopping",
    "gradient_check",
    "roc_auc",
    "train",
    "train_regularized",
}


@pytest.mark.parametrize("name", sorted(set(NAMES) - READS_VALUES))
def test_nothing_is_tied_to_the_cpu(place, name):
    # The meta device holds no values and refuses to mix with the CPU, so it stands in for an
    # accelerator on machines that have none.
    away = replace(place, device="meta")
    args, kwargs = cases(away)[name]
    results = tensors(function(name)(*args, **kwargs))
    assert results
    assert {result.device.type for result in results} == {"meta"}
