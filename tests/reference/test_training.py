from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from reference.layers import mlp_forward
from reference.losses import binary_cross_entropy_with_logits, objective
from reference.metrics import binary_accuracy
from reference.optimizers import minibatches
from reference.training import train, train_regularized

RUN = {"epochs": 4, "batch_size": 6, "lr": 0.3}


def rings(place, rng, n=40):
    """Points inside and outside a circle, with some labels flipped."""
    X = place.normal(rng, n, 2)
    y = ((X**2).sum(dim=1) > 1.4).to(place.dtype)
    flipped = torch.as_tensor(rng.random(n) < 0.1, device=X.device)
    return X, torch.where(flipped, 1 - y, y)


def torch_training(X, y, params, *, epochs, batch_size, lr, rng, weight_decay=0.0):
    """The same run out of torch.nn and torch.optim, on the same minibatches."""
    (W, b), (V, c) = params
    first, second = (
        nn.Linear(*array.shape, dtype=array.dtype, device=array.device) for array in (W, V)
    )
    for linear, weight, bias in ((first, W, b), (second, V, c)):
        linear.weight.data, linear.bias.data = weight.T.clone(), bias.clone()
    network = nn.Sequential(first, nn.ReLU(), second)
    groups = [
        {"params": [first.weight, second.weight], "weight_decay": weight_decay},
        {"params": [first.bias, second.bias]},
    ]
    optimizer, loss = torch.optim.SGD(groups, lr=lr), nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for rows in minibatches(len(X), batch_size, rng, X.device):
            optimizer.zero_grad()
            loss(network(X[rows])[:, 0], y[rows]).backward()
            optimizer.step()
    trained = [(linear.weight.T, linear.bias) for linear in (first, second)]
    return trained, float(loss(network(X)[:, 0], y).detach())


def regularised(X, y, X_val, y_val, params, **changes):
    settings = {"p": 0.0, "weight_decay": 0.0, "patience": 100, **RUN, **changes}
    settings.setdefault("rng", np.random.default_rng(1))
    return train_regularized(X, y, X_val, y_val, params, **settings)


def test_train_agrees_with_torch(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 5, 1))
    got, history = train(X, y, params, **RUN, rng=np.random.default_rng(1))
    expected, loss = torch_training(X, y, params, **RUN, rng=np.random.default_rng(1))
    place.assert_layers_close(got, expected, loose=100)
    assert history[-1] == pytest.approx(loss, rel=1e-4)


def test_one_step_of_training_worked_by_hand(place):
    # One row x = 2 with label 1 at logit 0: dJ/dz = -1/2, so W = 0 + 0.1 * 1 and b = 0.1 / 2.
    params = [(place.tensor([[0.0]]), place.tensor([0.0]))]
    got, history = train(
        place.tensor([[2.0]]),
        place.tensor([1.0]),
        params,
        epochs=1,
        batch_size=5,
        lr=0.1,
        rng=np.random.default_rng(0),
    )
    place.assert_layers_close(got, [(place.tensor([[0.1]]), place.tensor([0.05]))])
    # log(1 + exp(-0.25))
    assert history == [pytest.approx(0.5759394198788437)]


def test_the_history_holds_the_loss_over_all_rows_after_each_epoch(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 4, 1))
    short, history = train(X, y, params, **RUN, rng=np.random.default_rng(1))
    assert len(history) == RUN["epochs"]
    assert history[-1] == pytest.approx(float(objective(X, y, short, "relu")))
    longer = {**RUN, "epochs": RUN["epochs"] + 2}
    _, more = train(X, y, params, **longer, rng=np.random.default_rng(1))
    assert more[: len(history)] == history


def test_training_is_shuffled_by_the_generator_alone(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 4, 1))
    once, again, other = (
        train(X, y, params, **RUN, rng=np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    place.assert_layers_close(once, again)
    assert not torch.equal(once[0][0], other[0][0])


def test_the_short_last_batch_is_used(place, rng):
    (X, y), params = rings(place, rng, n=7), place.params(rng, (2, 1))
    settings = {"epochs": 1, "batch_size": 6, "lr": 0.3}
    _, history = train(X, y, params, **settings, rng=np.random.default_rng(3))
    order = np.random.default_rng(3).permutation(7)
    without_last = train(
        X[order[:6]], y[order[:6]], params, **settings, rng=np.random.default_rng(3)
    )
    assert history[0] != pytest.approx(float(objective(X, y, without_last[0], "relu")))


def test_training_learns_what_no_line_separates(place):
    rng = np.random.default_rng(2)
    X, y = rings(place, rng, n=200)
    params = [(W * 0.7, b * 0.1) for W, b in place.params(rng, (2, 16, 1))]
    got, history = train(X, y, params, epochs=60, batch_size=20, lr=0.3, rng=rng)
    # A label in ten is wrong on purpose, so the loss can't go below about 0.33.
    assert history[-1] < history[0] - 0.1
    assert binary_accuracy(mlp_forward(X, got, "relu")[:, 0], y) > 0.85


def test_unregularised_training_is_plain_training(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 4, 1))
    _, plain = train(X, y, params, **RUN, rng=np.random.default_rng(1))
    _, history = regularised(X, y, X, y, params)
    assert [row["train_loss"] for row in history] == pytest.approx(plain)
    assert [row["val_loss"] for row in history] == pytest.approx(plain)


def test_weight_decay_acts_on_weights_alone_as_in_torch(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 5, 1))
    # One epoch, which is then the best, so its parameters come back.
    settings = {**RUN, "epochs": 1}
    got, _ = regularised(X, y, X, y, params, weight_decay=0.2, epochs=1)
    expected, _ = torch_training(
        X, y, params, **settings, rng=np.random.default_rng(1), weight_decay=0.2
    )
    place.assert_layers_close(got, expected, loose=100)


def test_the_best_epochs_parameters_come_back(place, rng):
    (X, y), (X_val, y_val) = rings(place, rng), rings(place, rng)
    params = place.params(rng, (2, 6, 1))
    got, history = regularised(X, y, X_val, y_val, params, epochs=15, lr=1.0, p=0.3)
    logits = mlp_forward(X_val, got, "relu")[:, 0]
    accuracies = [row["val_accuracy"] for row in history]
    best = history[int(np.argmax(accuracies))]
    assert accuracies[-1] < max(accuracies)
    assert binary_accuracy(logits, y_val) == best["val_accuracy"]
    assert float(binary_cross_entropy_with_logits(logits, y_val)) == best["val_loss"]
    assert float(objective(X, y, got, "relu")) == best["train_loss"]


@pytest.mark.parametrize("patience", [1, 3])
def test_the_history_ends_where_early_stopping_stops(place, rng, patience):
    # Without a learning rate nothing changes: epoch 0 stays the best and ties do not count.
    (X, y), params = rings(place, rng), place.params(rng, (2, 4, 1))
    got, history = regularised(X, y, X, y, params, epochs=9, lr=0.0, patience=patience)
    assert len(history) == 1 + patience
    place.assert_layers_close(got, params)


def test_without_a_stop_the_history_has_all_epochs(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 4, 1))
    _, history = regularised(X, y, X, y, params, epochs=5, patience=5)
    assert len(history) == 5
    assert all(set(row) >= {"train_loss", "val_loss", "val_accuracy"} for row in history)
    assert all(0 <= row["val_accuracy"] <= 1 for row in history)


def test_dropout_changes_the_steps_but_not_what_is_measured(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 8, 1))
    dropped, history = regularised(X, y, X, y, params, p=0.5, epochs=1)
    plain, _ = regularised(X, y, X, y, params, epochs=1)
    assert not torch.equal(dropped[0][0], plain[0][0])
    assert history[0]["train_loss"] == pytest.approx(float(objective(X, y, dropped, "relu")))


def test_dropout_needs_a_hidden_layer_to_act_on(place, rng):
    (X, y), params = rings(place, rng), place.params(rng, (2, 1))
    dropped, _ = regularised(X, y, X, y, params, p=0.5)
    plain, _ = regularised(X, y, X, y, params)
    place.assert_layers_close(dropped, plain)


def test_regularisation_helps_where_plain_training_overfits(place):
    rng = np.random.default_rng(4)
    X, X_val = place.normal(rng, 40, 12), place.normal(rng, 400, 12)
    y, y_val = ((Z[:, 0] > 0).to(place.dtype) for Z in (X, X_val))
    params = [(0.4 * W, 0.0 * b) for W, b in place.params(rng, (12, 40, 1))]
    run = {"epochs": 60, "batch_size": 10, "lr": 0.2}
    _, plain = regularised(X, y, X_val, y_val, params, **run)
    _, helped = regularised(X, y, X_val, y_val, params, **run, p=0.5, weight_decay=0.02)
    assert plain[-1]["train_loss"] < helped[-1]["train_loss"]
    assert helped[-1]["val_loss"] < plain[-1]["val_loss"]
