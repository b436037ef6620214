"""What a training run gave, and how it is compared with what it should have given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks import as_scalar, assert_close, require, unpack
from reference import arrays as reference

METRICS = ("train_loss", "val_loss", "val_accuracy")
MEASURED = "Measure after each epoch, on all rows, without dropout and without the L2 term."
LENGTH = "history has one dict for each epoch, up to the one at which training stops."


@dataclass(frozen=True)
class Run:
    """What a training run gave: parameters, and each metric of the history as an array."""

    params: list[tuple[np.ndarray, np.ndarray]]
    history: dict[str, np.ndarray]

    @property
    def epochs(self):
        """The length of the history."""
        return len(self.history["val_accuracy"])

    @property
    def best(self):
        """The epoch with the best validation accuracy, the earliest of equals."""
        return int(np.argmax(self.history["val_accuracy"]))


def metrics_of(history):
    """Each metric of a list of dicts as an array, or the end of the check."""
    length = len(history) if isinstance(history, (list, tuple)) else 1
    columns: dict[str, list[Any]] = {name: [] for name in METRICS}
    for place, entry in enumerate(unpack(history, length, what="`history`")):
        require(isinstance(entry, dict), f"`history[{place}]` is not a dict.")
        for name, column in columns.items():
            require(name in entry, f"`history[{place}]` has no key {name!r}.")
            column.append(as_scalar(entry[name], what=f"`history[{place}][{name!r}]`"))
    return {name: np.array(column) for name, column in columns.items()}


def require_epochs(run, expected, *, case, hints=None):
    """End the check unless the history is as long as it should be."""
    message = f"`history` has {run.epochs} entries {case}, expected {expected}."
    require(run.epochs == expected, message, (hints or {}).get(run.epochs, LENGTH))


def require_history(run, expected, *, case, penalty=0.0, accuracies=None):
    """End the check unless all three metrics agree with the expected run's, epoch by epoch.

    `penalty` is the L2 term, to recognise it where it does not belong, and `accuracies` maps hints
    to the accuracies of known mistakes.
    """
    for name in METRICS:
        values, wanted = run.history[name], expected.history[name]
        mistakes = {
            "The losses in the history are without the L2 term.": wanted + penalty,
            "The accuracy is a fraction, not a percentage.": 100 * wanted,
        }
        if name == "val_accuracy":
            mistakes |= accuracies or {}
        if len(wanted) > 1:
            mistakes["The accuracy counts what is right, not what is wrong."] = 1 - wanted
        assert_close(values, wanted, what=f"`{name}` {case}", hint=MEASURED, mistakes=mistakes)


def require_own_metrics(run, problem, *, case):
    """End the check unless the best epoch's entry tells the metrics of the returned parameters."""
    logits = reference.mlp_forward(problem.X_val, run.params, "relu")[:, 0]
    measured = {
        "train_loss": reference.objective(problem.X, problem.y, run.params, "relu"),
        "val_loss": reference.objective(problem.X_val, problem.y_val, run.params, "relu"),
        "val_accuracy": float(np.mean((logits > 0) == (problem.y_val > 0))),
    }
    for name in reversed(METRICS):
        value, wanted = run.history[name][run.best], measured[name]
        what = f"`{name}` of the best epoch {case}, for the parameters that were returned,"
        mistakes = {"The accuracy is a fraction, not a percentage.": 100 * wanted}
        assert_close(float(value), wanted, what=what, hint=MEASURED, mistakes=mistakes)
