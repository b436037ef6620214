"""Measures what the threshold of `convergence` rests on, over many seeds, and writes it down.

    python assignments/a04_sgd/measure.py --seeds 100

Beside the reference stand a network without a hidden layer and one that takes a single step per
epoch, and the weights that were right for another task: none should come near the threshold.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Sequence

import numpy as np
from probes import MEASURED, RECIPE, THRESHOLD, WIDTHS, Task, halves, rings

from reference import arrays as reference

Form = Callable[[np.random.Generator, np.ndarray], np.ndarray]

CONTRASTS = {
    "reference": (WIDTHS, RECIPE, rings),
    "reference, on both sides of a line": (WIDTHS, RECIPE, halves),
    "no hidden layer": ([WIDTHS[0], WIDTHS[-1]], RECIPE, rings),
    "one step per epoch": (WIDTHS, {**RECIPE, "batch_size": 200}, rings),
}


def run(
    seed: int, widths: list[int], recipe: dict[str, float], form: Form
) -> tuple[float, float, list[float]]:
    """A training run on 200 rows: its accuracy on others and on another task's, and its losses."""
    rng = np.random.default_rng(seed)
    task, other = (Task.draw(rng, form) for _ in range(2))
    X, y = task.rows(rng, 200)
    params = reference.init_params(widths, rng)
    trained, history = reference.train(X, y, params, rng=rng, **recipe)
    return task.unseen_accuracy(trained, rng), other.unseen_accuracy(trained, rng), history


def spread(scores: Sequence[float]) -> dict[str, float]:
    """The accuracies of many seeds in four numbers."""
    return {
        "mean": round(statistics.mean(scores), 4),
        "least": round(min(scores), 4),
        "most": round(max(scores), 4),
        "spread": round(statistics.pstdev(scores), 4),
    }


def main() -> None:
    """Run every contrast and write the spread of its accuracies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    found, losses = {}, []
    for name, contrast in CONTRASTS.items():
        scores, others, histories = zip(
            *[run(seed, *contrast) for seed in range(seeds)], strict=True
        )
        if name == "reference":
            losses = [float(f"{loss:.4g}") for loss in np.mean(histories, axis=0)]
        found[name] = spread(scores)
        if name.startswith("reference"):
            found[f"{name}: its weights for another task"] = spread(others)
    record = {"seeds": seeds, "recipe": RECIPE, "threshold": THRESHOLD, "accuracy": found}
    record["history"] = losses
    MEASURED.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(MEASURED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
