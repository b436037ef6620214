"""Training problems for the hidden checks, made so that the order of the rows can't matter.

Where every row is a unit vector, a network of one layer has a weight for each row, which moves
only in the steps whose batch holds that row. The bias moves in every step, so the size of a
weight's move tells when its row was used, while the sorted weights are the same for every order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from autograder.checks import as_array, as_series, unpack
from reference import arrays as reference

# How `convergence` trains. The reference's accuracies over many seeds, from which the threshold was
# set, are in convergence.json beside this file, written by measure.py.
WIDTHS = [2, 16, 1]
RECIPE = {"epochs": 20, "batch_size": 10, "lr": 0.2}
THRESHOLD = 0.97
MEASURED = Path(__file__).with_name("convergence.json")


ALL_ROWS = "history[e] is the mean loss over all rows, with the parameters after epoch e."
EVERY_ROW = "In every epoch each row is used exactly once, the short last batch included."


def random_params(rng, *sizes):
    """Layers of the given widths, input first, with biases away from zero."""
    params = []
    for d_in, d_out in pairwise(sizes):
        b = rng.uniform(0.2, 0.6, size=d_out) * rng.choice([-1.0, 1.0], size=d_out)
        params.append((rng.normal(scale=1.2 / np.sqrt(d_in), size=(d_in, d_out)), b))
    return params


@dataclass(frozen=True)
class Problem:
    """Rows, labels and the parameters to start from."""

    X: np.ndarray
    y: np.ndarray
    params: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def random(cls, rng, *, n, sizes):
        """Random rows and labels, both labels among them."""
        y = rng.permutation(np.arange(n) % 2).astype(float)
        return cls(rng.normal(size=(n, sizes[0])), y, random_params(rng, *sizes))

    @classmethod
    def alike(cls, rng, *, n, sizes):
        """n times the same row, with the label that the network does not expect."""
        x, params = rng.normal(size=(1, sizes[0])), random_params(rng, *sizes)
        label = float(reference.mlp_forward(x, params, "relu")[0, 0] < 0)
        return cls(np.tile(x, (n, 1)), np.full(n, label), params)

    @classmethod
    def unit_rows(cls, rng, *, n):
        """Every row a unit vector with the label 1, in a network of one layer that starts level."""
        W, b = np.full((n, 1), rng.uniform(-0.5, 0.0)), np.array([rng.uniform(-0.5, 0.0)])
        return cls(np.eye(n)[rng.permutation(n)], np.ones(n), [(W, b)])

    @classmethod
    def overshooting(cls, rng):
        """One row with both labels, and the lr at which each step doubles its small logit.

        The loss is least at logit 0, so it rises with every step over all rows.
        """
        x, logit = rng.normal(size=(1, 3)), 0.1 * rng.choice([-1.0, 1.0])
        W = rng.normal(size=(3, 1))
        problem = cls(np.tile(x, (2, 1)), np.array([0.0, 1.0]), [(W, logit - (x @ W)[0])])
        # The gradient is close to logit / 4 times (x, 1), so a step takes the logit to -2 times it.
        return problem, float(12 / (1 + np.sum(x**2)))

    def ask(self, student, rng, *, epochs, batch_size, lr):
        """The student's parameters and history, both in the right structure."""
        params, history = self.ask_params(student, rng, epochs=epochs, batch_size=batch_size, lr=lr)
        return params, as_series(history, length=epochs, what="history", hint=ALL_ROWS)

    def ask_params(self, student, rng, **settings):
        """The student's parameters in the right structure, and whatever stands for the history."""
        answer = student.train(self.X, self.y, self.params, rng=rng, **settings)
        params, history = unpack(answer, 2, what="the result (params, history) of train")
        layers = unpack(params, len(self.params), what="the list of trained layers")
        trained = []
        for place, (layer, (W, b)) in enumerate(zip(layers, self.params, strict=True)):
            new_W, new_b = unpack(layer, 2, what=f"trained layer {place}, (W, b),")
            new_W = as_array(new_W, shape=W.shape, what=f"the trained W of layer {place}")
            new_b = as_array(new_b, shape=b.shape, what=f"the trained b of layer {place}")
            trained.append((new_W.astype(float), new_b.astype(float)))
        return trained, history

    def expected(self, *, epochs, batch_size, lr):
        """Parameters and history by the reference, in an order of its own."""
        return reference.train(
            self.X,
            self.y,
            self.params,
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            rng=np.random.default_rng(0),
        )

    def loss(self, params):
        """The mean loss over all rows."""
        return reference.objective(self.X, self.y, params, "relu")

    def descent(self, epochs, *rates, biases=1.0, fresh=True):
        """Parameters after steps along the gradient over all rows, at these rates in each epoch.

        `biases` scales the steps of the biases; without `fresh` an epoch keeps its first gradient.
        """
        params = self.params
        for _ in range(epochs):
            grads: Any = None
            for rate in rates:
                if grads is None or fresh:
                    _, grads = reference.loss_and_grads(self.X, self.y, params, "relu", "bce")
                params = [
                    (W - rate * dW, b - biases * rate * db)
                    for (W, b), (dW, db) in zip(params, grads, strict=True)
                ]
        return params


def used_together(weights):
    """For each row the group of rows whose weights, and so whose batches, were the same."""
    order = np.argsort(weights)
    groups = np.concatenate([[0], np.cumsum(np.diff(weights[order]) > 1e-7)])
    return groups[np.argsort(order)]


@dataclass(frozen=True)
class Task:
    """Two classes of points in the plane, which side is class 1, and how the plane is turned.

    Weights known by heart cannot be right: the ring is class 1 as often as the disc, and the line
    lies in any direction.
    """

    form: Callable[[Any, Any], np.ndarray]
    outer: float
    turn: float

    @classmethod
    def draw(cls, rng, form):
        """The task of that form, anew."""
        return cls(form, float(rng.integers(2)), float(rng.uniform(0, 2 * np.pi)))

    def rows(self, rng, n):
        """n rows and their classes."""
        y = rng.permutation(np.arange(n) % 2).astype(float)
        points = self.form(rng, y == self.outer)
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return points @ np.array([[cos, sin], [-sin, cos]]), y

    def unseen_accuracy(self, params, rng):
        """The fraction of 500 fresh rows that the network puts on the right side."""
        X, y = self.rows(rng, 500)
        logits = reference.mlp_forward(X, params, "relu")[:, 0]
        return float(np.mean((logits > 0) == (y > 0)))


def rings(rng, outer):
    """A disc of radius 1, and around it a ring from 1.4 to 2.2."""
    n = len(outer)
    radius = np.where(outer, rng.uniform(1.4, 2.2, size=n), rng.uniform(0.0, 1.0, size=n))
    angle = rng.uniform(0.0, 2 * np.pi, size=n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def halves(rng, outer):
    """Both sides of a line through the origin, a quarter away from it at least."""
    n = len(outer)
    across = rng.uniform(0.25, 1.8, size=n) * np.where(outer, 1.0, -1.0)
    return np.stack([across, rng.uniform(-1.8, 1.8, size=n)], axis=1)


def reference_losses():
    """The reference's mean loss after each epoch of `convergence`, over the measured seeds."""
    return json.loads(MEASURED.read_text(encoding="utf-8"))["history"]
