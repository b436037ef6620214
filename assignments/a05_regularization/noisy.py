"""The data of `generalisation`: few rows, many features and wrong labels among them.

Two clouds of points lie on either side of the origin; one label in five is wrong, and the network
starts with large weights. So it learns the wrong labels by heart unless something keeps it from it.
The reference's accuracies over many seeds, from which the ramp was set, are in generalisation.json
beside this file, written by measure.py.
"""

from __future__ import annotations

import json
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


def clouds(rng, n):
    """n rows, their labels as they were noted (one in five wrongly), and as they really are."""
    truth = rng.permutation(np.arange(n) % 2).astype(float)
    noted = truth.copy()
    for label in (0.0, 1.0):
        rows = np.flatnonzero(truth == label)
        noted[rng.choice(rows, size=round(WRONG * len(rows)), replace=False)] = 1 - label
    centre = np.where(truth > 0, 0.5, -0.5) * 2 * DISTANCE / np.sqrt(FEATURES)
    return rng.normal(size=(n, FEATURES)) + centre[:, None], noted, truth


def exercise(rng):
    """Rows to train and to validate with, and large parameters to start from."""
    X, y, _ = clouds(rng, ROWS)
    X_val, y_val, _ = clouds(rng, VALIDATION)
    start = reference.init_params([FEATURES, WIDTH, 1], rng)
    return Problem(X, y, [(START * W, b) for W, b in start], X_val, y_val)


def unseen_accuracy(params, rng):
    """The fraction of unseen rows, rightly labelled, that the network puts on the right side."""
    X, _, truth = clouds(rng, UNSEEN)
    return float(np.mean((logits(X, params) > 0) == (truth > 0)))


def losses_of(history, name):
    """One metric of a history as a list, with nothing of it checked: it is only drawn."""
    entries = history if isinstance(history, (list, tuple)) else []
    return [entry.get(name) if isinstance(entry, dict) else None for entry in entries]


def reference_losses(name):
    """One metric of the reference's run under the first measured seed, after each epoch."""
    return json.loads(MEASURED.read_text(encoding="utf-8"))["first_run"][name]
