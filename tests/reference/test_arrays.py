from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from reference import arrays as reference

CURRICULUM = (
    "sigmoid",
    "tanh",
    "relu",
    "sigmoid_grad",
    "tanh_grad",
    "relu_grad",
    "perceptron",
    "dense",
    "mlp_forward",
    "collapse_linear",
    "xor_params",
    "mean_squared_error",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "softmax",
    "cross_entropy",
    "mean_squared_error_grad",
    "binary_cross_entropy_with_logits_grad",
    "cross_entropy_grad",
    "objective",
    "numerical_gradient",
    "dense_backward",
    "activation_backward",
    "loss_and_grads",
    "gradient_check",
    "sgd_step",
    "minibatches",
    "momentum_step",
    "nesterov_step",
    "adagrad_step",
    "rmsprop_step",
    "adadelta_step",
    "adam_step",
    "train",
    "dropout",
    "dropout_backward",
    "early_stopping",
    "l2_penalty",
    "l2_penalty_grads",
    "train_regularized",
    "fit",
    "predict_proba",
)


@pytest.fixture
def network(rng):
    return [
        (rng.normal(size=(3, 4)), rng.normal(size=4)),
        (rng.normal(size=(4, 1)), rng.normal(size=1)),
    ]


def test_importing_the_wrappers_does_not_import_torch():
    program = "import sys; from reference import arrays; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_arrays_come_back_in_their_precision(rng):
    z = rng.normal(size=(2, 3))
    got = reference.tanh(z)
    assert type(got) is np.ndarray
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, np.tanh(z), rtol=1e-14)
    assert reference.tanh(z.astype(np.float32)).dtype == np.float32


def test_a_number_comes_back_as_a_python_float():
    p, y = np.array([0.05, 0.02, 0.96, 0.35]), np.array([1.0, 0, 1, 1])
    loss = reference.binary_cross_entropy(p, y)
    assert type(loss) is float
    assert loss == pytest.approx(1.0266, abs=5e-5)
    assert type(reference.perceptron(p, y, np.float64(0.5))) is float
    assert type(reference.early_stopping(np.array([0.1, 0.3, 0.2]), 1)) is int


def test_nested_parameters_pass_both_ways(rng, network):
    X, y = rng.normal(size=(5, 3)), np.array([0.0, 1, 1, 0, 1])
    logits = reference.mlp_forward(X, network, "relu")
    np.testing.assert_allclose(
        logits, np.maximum(X @ network[0][0] + network[0][1], 0) @ network[1][0] + network[1][1]
    )
    loss, grads = reference.loss_and_grads(X, y, network, "tanh", "bce")
    assert type(loss) is float
    assert [(dW.shape, db.shape) for dW, db in grads] == [((3, 4), (4,)), ((4, 1), (1,))]


def test_optimiser_state_passes_both_ways(rng):
    theta, state = rng.normal(size=3), None
    for _ in range(2):
        theta, state = reference.adam_step(theta, rng.normal(size=3), state, lr=0.1)
    assert state["step"] == 2
    assert type(state["exp_avg"]) is np.ndarray


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.int64])
def test_integers_of_any_width_serve_as_labels(dtype):
    z, labels = np.zeros((4, 2)), np.array([0, 1, 1, 0], dtype=dtype)
    assert reference.cross_entropy(z, labels) == pytest.approx(np.log(2))


def test_index_arrays_come_back_as_int64(rng):
    batches = reference.minibatches(7, 3, rng)
    assert {batch.dtype for batch in batches} == {np.dtype(np.int64)}
    assert sorted(np.concatenate(batches)) == list(range(7))


def test_a_function_argument_is_called_with_arrays(rng):
    seen = []

    def f(theta):
        seen.append(type(theta))
        return float(np.sum(theta**3))

    theta = rng.normal(size=(2, 2))
    np.testing.assert_allclose(reference.numerical_gradient(f, theta), 3 * theta**2, rtol=1e-6)
    assert set(seen) == {np.ndarray}
    scalars = reference.numerical_gradient(lambda theta: np.sum(theta**3), theta)
    np.testing.assert_allclose(scalars, 3 * theta**2, rtol=1e-6)


def test_results_share_no_memory_with_arguments_or_each_other(rng):
    W, b, a = rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=(3, 2))
    collapsed = reference.collapse_linear([(W, b)])
    out, mask = reference.dropout(a, 0.0, rng)
    results = [*collapsed, out, mask]
    assert not any(np.shares_memory(r, arg) for r in results for arg in (W, b, a))
    assert not np.shares_memory(out, mask)


def test_views_and_read_only_arrays_are_welcome(rng):
    z = rng.normal(size=(4, 6))
    z.setflags(write=False)
    np.testing.assert_allclose(reference.relu(z[::-1, ::2]), np.maximum(z[::-1, ::2], 0))


def test_a_fitted_model_passes_through(rng):
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(float)
    model = reference.fit(X, y, 0)
    proba = reference.predict_proba(model, X)
    assert proba.shape == (60,)
    assert proba[y == 1].mean() > proba[y == 0].mean()


def test_every_function_of_the_curriculum_is_there():
    assert set(CURRICULUM) <= set(reference.public_names())
    assert all(callable(getattr(reference, name)) for name in CURRICULUM)
    assert reference.sigmoid.__doc__.startswith("σ(z) =")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="the reference has no function 'swish'"):
        _ = reference.swish
