"""Training loops: minibatch SGD, plain and regularised.

Run as a program (``python -m reference.training --device cpu``) it trains the capstone models and
prints their table; see `reference.measure`.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from torch import Tensor

from reference.backprop import loss_and_grads
from reference.layers import Layer, Params, mlp_forward
from reference.losses import binary_cross_entropy_with_logits, objective, single_logit
from reference.metrics import binary_accuracy
from reference.optimizers import minibatches, sgd_step
from reference.regularization import regularized_loss_and_grads
from reference.stopping import early_stopping

ACTIVATION = "relu"


class Epoch(TypedDict):
    """One row of the history: mean BCE on both sets, and the validation accuracy in [0, 1]."""

    train_loss: float
    val_loss: float
    val_accuracy: float


def train(
    X: Tensor,
    y: Tensor,
    params: Params,
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    rng: np.random.Generator,
) -> tuple[list[Layer], list[float]]:
    """θ ← θ - lr ∂J_B/∂θ for each minibatch B of each epoch, J_B its mean BCE.

    A ReLU network with one logit. Rows are reshuffled each epoch and all are used, the short last
    batch included; ``history[e]`` is the mean BCE over all rows with the parameters after epoch e.

    Shapes: ``X (n, d_in)``, ``y (n,)``; returns ``(params, history)``. Errors as in
    `loss_and_grads`. Source: lecture "Stochastic gradient descent" and "Mini-batches".
    """
    current = list(params)
    history = []
    for _ in range(epochs):
        for rows in minibatches(len(X), batch_size, rng, X.device):
            _, grads = loss_and_grads(X[rows], y[rows], current, ACTIVATION, "bce")
            current = descend(current, grads, lr)
        history.append(float(objective(X, y, current, ACTIVATION)))
    return current, history


def train_regularized(
    X_train: Tensor,
    y_train: Tensor,
    X_val: Tensor,
    y_val: Tensor,
    params: Params,
    *,
    p: float,
    weight_decay: float,
    epochs: int,
    batch_size: int,
    lr: float,
    patience: int,
    rng: np.random.Generator,
) -> tuple[list[Layer], list[Epoch]]:
    """θ ← θ - lr ∂(J_B + R)/∂θ under dropout, until early stopping; the best epoch's θ is kept.

    A ReLU network with one logit, dropout of rate ``p`` after each hidden activation in training
    steps only, the L2 term R on weights only. After each epoch losses (without dropout and
    penalty) and the validation accuracy are measured; training ends with the ``patience``-th epoch
    in a row without a new best accuracy, which is the last of the history.

    Shapes: ``X_* (n, d_in)``, ``y_* (n,)``; returns ``(params, history)``. Errors as in
    `regularized_loss_and_grads` and `early_stopping`. Source: lecture "Regularization".
    """
    current, best = list(params), list(params)
    history: list[Epoch] = []
    for epoch in range(epochs):
        for rows in minibatches(len(X_train), batch_size, rng, X_train.device):
            batch = (X_train[rows], y_train[rows])
            current = _step(*batch, current, p=p, weight_decay=weight_decay, lr=lr, rng=rng)
        history.append(_measure(X_train, y_train, X_val, y_val, current))
        best_epoch = early_stopping([row["val_accuracy"] for row in history], patience)
        if best_epoch == epoch:
            best = current
        if epoch - best_epoch >= patience:
            break
    return best, history


def _step(
    X: Tensor,
    y: Tensor,
    params: Params,
    *,
    p: float,
    weight_decay: float,
    lr: float,
    rng: np.random.Generator,
) -> list[Layer]:
    """One step of SGD on a minibatch, under dropout and the L2 term."""
    _, grads = regularized_loss_and_grads(
        X, y, params, activation=ACTIVATION, loss="bce", p=p, weight_decay=weight_decay, rng=rng
    )
    return descend(params, grads, lr)


def descend(params: Params, grads: Params, lr: float) -> list[Layer]:
    """θ ← θ - lr g for every weight and bias; new pairs, in the order of ``params``.

    Shapes: ``params`` and ``grads`` alike, of any depth. Raises ValueError when they differ.
    """
    return [
        (sgd_step(W, dW, lr), sgd_step(b, db, lr))
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


def _measure(
    X_train: Tensor, y_train: Tensor, X_val: Tensor, y_val: Tensor, params: Params
) -> Epoch:
    logits = single_logit(mlp_forward(X_val, params, ACTIVATION))
    return {
        "train_loss": float(objective(X_train, y_train, params, ACTIVATION)),
        "val_loss": float(binary_cross_entropy_with_logits(logits, y_val)),
        "val_accuracy": binary_accuracy(logits, y_val),
    }


if __name__ == "__main__":
    from reference.measure import main

    main()
