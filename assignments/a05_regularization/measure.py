"""Measures what the ramp of `generalisation` rests on, over many seeds, and writes it down.

    python assignments/a05_regularization/measure.py --seeds 100

Beside the reference stand runs that leave out one or more of dropout, weight decay and early
stopping (without which the last epoch's parameters are kept).
"""

from __future__ import annotations

import argparse
import json
import statistics

import numpy as np
from noisy import HIGH, LOW, MEASURED, RECIPE, RUNS, Exercise

from reference import arrays as reference

CONTRASTS = {
    "all three": "",
    "without dropout": "p",
    "without weight decay": "weight_decay",
    "without early stopping": "patience",
    "early stopping alone": "p weight_decay",
    "none of them": "p weight_decay patience",
}


def last_epoch(data: tuple, settings: dict) -> list:
    """The parameters after the last epoch: one epoch at a time, so that none is better."""
    *rows, params = data
    for _ in range(settings["epochs"]):
        once = {**settings, "epochs": 1, "patience": 1}
        params, _ = reference.train_regularized(*rows, params, **once)
    return params


def accuracy(seed: int, left_out: str) -> float:
    """The mean over a few training runs, as the check takes it."""
    rng, found = np.random.default_rng(seed), []
    omitted = left_out.split()
    for _ in range(RUNS):
        exercise = Exercise.draw(rng)
        data = exercise.problem.data
        settings = {**RECIPE, "rng": rng}
        settings |= {name: 0.0 for name in omitted if name != "patience"}
        if "patience" in omitted:
            params = last_epoch(data, settings)
        else:
            params, _ = reference.train_regularized(*data, **settings)
        found.append(exercise.unseen_accuracy(params, rng))
    return statistics.mean(found)


def first_run() -> dict[str, list[float]]:
    """The losses of one run with everything, which students see beside their own."""
    rng = np.random.default_rng(0)
    _, history = reference.train_regularized(*Exercise.draw(rng).problem.data, **RECIPE, rng=rng)
    names = ("train_loss", "val_loss")
    return {name: [float(f"{entry[name]:.4g}") for entry in history] for name in names}


def main() -> None:
    """Run every contrast and write the spread of its accuracies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    found = {}
    for name, left_out in CONTRASTS.items():
        scores = [accuracy(seed, left_out) for seed in range(seeds)]
        found[name] = {
            "mean": round(statistics.mean(scores), 4),
            "least": round(min(scores), 4),
            "most": round(max(scores), 4),
            "spread": round(statistics.pstdev(scores), 4),
        }
    ramp = {"low": LOW, "high": HIGH}
    record = {"seeds": seeds, "runs": RUNS, "recipe": RECIPE, "ramp": ramp, "accuracy": found}
    record["first_run"] = first_run()
    MEASURED.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(MEASURED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
