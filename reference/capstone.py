"""The capstone: one network for flights and for digits, regularised as the course teaches.

ReLU layers, He initialisation, minibatch Adam, dropout, weight decay and a decaying learning rate;
features are standardised inside `fit`, so callers pass raw ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from reference.activations import sigmoid
from reference.layers import Layer, init_params, mlp_forward
from reference.losses import single_logit, softmax
from reference.optimizers import AdamState, adam_step, minibatches
from reference.regularization import regularized_loss_and_grads

ACTIVATION = "relu"


@dataclass(frozen=True)
class Recipe:
    """The settings of one training run."""

    hidden: tuple[int, ...]
    epochs: int
    batch_size: int
    lr: float
    p: float
    weight_decay: float


BINARY = Recipe(hidden=(32, 16), epochs=20, batch_size=128, lr=5e-3, p=0.0, weight_decay=1e-4)
CLASSES = Recipe(hidden=(128,), epochs=40, batch_size=64, lr=1e-2, p=0.3, weight_decay=1e-3)


@dataclass(frozen=True)
class Model:
    """A trained network with the standardisation of its inputs; ``binary`` has one logit.

    Shapes: ``mean (d,)``, ``scale (d,)``, ``params`` from d inputs to 1 or k logits.
    """

    params: tuple[Layer, ...]
    mean: Tensor
    scale: Tensor
    binary: bool


def fit(X: Tensor, y: Tensor, seed: int) -> Model:
    """A network trained on raw features: BCE for float labels, cross-entropy for integer ones.

    Shapes: ``X (n, d)``, ``y (n,)`` floats in {0, 1}, or integers in [0, k) with k = y.max() + 1.
    The same seed gives the same model. Source: lecture "Fighting overfitting"; Kingma and Ba
    (2015); Srivastava et al. (2014).
    """
    binary = y.is_floating_point()
    return fit_recipe(X, y, seed, BINARY if binary else CLASSES)


def fit_recipe(X: Tensor, y: Tensor, seed: int, recipe: Recipe) -> Model:
    """`fit` with settings of one's own; shapes as there."""
    binary = y.is_floating_point()
    outputs = 1 if binary else int(y.max()) + 1
    rng = np.random.default_rng(seed)
    mean, scale = standardisation(X)
    Z = (X - mean) / scale
    sizes = [X.shape[1], *recipe.hidden, outputs]
    params = init_params(sizes, rng, dtype=X.dtype, device=X.device)
    states: list[AdamState | None] = [None] * (2 * len(params))
    for epoch in range(recipe.epochs):
        lr = recipe.lr * (1 + math.cos(math.pi * epoch / recipe.epochs)) / 2
        for rows in minibatches(len(X), recipe.batch_size, rng, X.device):
            _, grads = regularized_loss_and_grads(
                Z[rows],
                y[rows],
                params,
                activation=ACTIVATION,
                loss="bce" if binary else "cross_entropy",
                p=recipe.p,
                weight_decay=recipe.weight_decay,
                rng=rng,
            )
            params, states = _adam(params, grads, states, lr)
    return Model(tuple(params), mean, scale, binary)


def predict_proba(model: Model, X: Tensor) -> Tensor:
    """σ(logit) of a binary model, softmax(logits) of one with k classes.

    Shapes: ``X (n, d)`` raw; returns ``(n,)`` or ``(n, k)``.
    """
    logits = mlp_forward((X - model.mean) / model.scale, model.params, ACTIVATION)
    return sigmoid(single_logit(logits)) if model.binary else softmax(logits)


def standardisation(X: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column; 1 instead of 0 for a constant column.

    Shapes: ``X (n, d)``; returns ``(d,)`` twice.
    """
    scale = X.std(dim=0, correction=0)
    return X.mean(dim=0), torch.where(scale > 0, scale, torch.ones_like(scale))


def _adam(
    params: list[Layer], grads: list[Layer], states: list[AdamState | None], lr: float
) -> tuple[list[Layer], list[AdamState | None]]:
    """One Adam step on every weight and bias, each with a state of its own."""
    arrays = [array for layer in params for array in layer]
    slopes = [array for layer in grads for array in layer]
    moved = [
        adam_step(theta, grad, state, lr=lr)
        for theta, grad, state in zip(arrays, slopes, states, strict=True)
    ]
    flat = [theta for theta, _ in moved]
    return list(zip(flat[::2], flat[1::2], strict=True)), [state for _, state in moved]
