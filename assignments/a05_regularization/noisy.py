"""The data of `generalisation`: few rows, many features and wrong labels among them.

Two clouds of points lie on either side of the origin, in another direction each time, so that no
weights are right for two runs; one label in five is wrong, and the network starts with large
weights. So it learns the wrong labels by heart unless something keeps it from it.
The reference's accuracies over many seeds, from which the ramp was set, are in generalisation.json
beside this file, written by measure.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from problems import Problem, logits

from reference import arrays as reference

FEATURES, WIDTH, START = 24, 24, 2.5
ROWS, VALIDATION, UNSEEN = 80, 160, 500
DISTANCE, WRONG = 3.0, 0.2
RECIPE = {
    "p": 0.6,
    "weight_decay": 0.3,
    "epochs": 60,
    "batch_size": 20,
    "lr": 0.1,
    "patience": 20,
}
RUNS = 5
LOW, HIGH = 0.82, 0.85
MEASURED = Path(__file__).with_name("generalisation.json")


@dataclass(frozen=True)
class Exercise:
    """Rows to train and to validate with, large parameters to start from, and more such rows."""

    problem: Problem
    direction: np.ndarray

    @classmethod
    def draw(cls, rng):
        """Clouds that lie DISTANCE from the origin in any direction, class 1 the one towards it."""
        direction = rng.normal(size=FEATURES)
        direction /= np.linalg.norm(direction)
        X, y, _ = clouds(rng, ROWS, direction)
        X_val, y_val, _ = clouds(rng, VALIDATION, direction)
        start = reference.init_params([FEATURES, WIDTH, 1], rng)
        params = [(START * W, b) for W, b in start]
        return cls(Problem(X, y, params, X_val, y_val), direction)

    def unseen_accuracy(self, params, rng):
        """The fraction of unseen rows, rightly labelled, that the network puts on its side."""
        X, _, truth = clouds(rng, UNSEEN, self.direction)
        return float(np.mean((logits(X, params) > 0) == (truth > 0)))


def clouds(rng, n, direction):
    """n rows, their labels as they were noted (one in five wrongly), and as they really are."""
    truth = rng.permutation(np.arange(n) % 2).astype(float)
    noted = truth.copy()
    for label in (0.0, 1.0):
        rows = np.flatnonzero(truth == label)
        noted[rng.choice(rows, size=round(WRONG * len(rows)), replace=False)] = 1 - label
    side = np.where(truth > 0, DISTANCE, -DISTANCE)
    return rng.normal(size=(n, FEATURES)) + side[:, None] * direction, noted, truth


def losses_of(history, name):
    """One metric of a history as a list, with nothing of it checked: it is only drawn."""
    entries = history if isinstance(history, (list, tuple)) else []
    return [entry.get(name) if isinstance(entry, dict) else None for entry in entries]


def reference_losses(name):
    """One metric of the reference's run under the first measured seed, after each epoch."""
    return json.loads(MEASURED.read_text(encoding="utf-8"))["first_run"][name]
