"""Measures what the threshold of `convergence` rests on, over many seeds, and writes it down.

    python assignments/a04_sgd/measure.py --seeds 100

Beside the reference stand a network without a hidden layer and one that takes a single step per
epoch: neither should come near the threshold.
"""

from __future__ import annotations

import argparse
import json
import statistics

import numpy as np
from probes import MEASURED, RECIPE, THRESHOLD, WIDTHS, rings, unseen_accuracy

from reference import arrays as reference

CONTRASTS = {
    "reference": (WIDTHS, RECIPE),
    "no hidden layer": ([WIDTHS[0], WIDTHS[-1]], RECIPE),
    "one step per epoch": (WIDTHS, {**RECIPE, "batch_size": 200}),
}


def run(seed: int, widths: list[int], recipe: dict[str, float]) -> tuple[float, list[float]]:
    """One training run on 200 rows: its accuracy on 500 others, and the loss of each epoch."""
    rng = np.random.default_rng(seed)
    X, y = rings(rng, 200)
    params = reference.init_params(widths, rng)
    trained, history = reference.train(X, y, params, rng=rng, **recipe)
    return unseen_accuracy(trained, rng), history


def main() -> None:
    """Run every contrast and write the spread of its accuracies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    found, losses = {}, []
    for name, (widths, recipe) in CONTRASTS.items():
        runs = [run(seed, widths, recipe) for seed in range(seeds)]
        scores = [accuracy for accuracy, _ in runs]
        if name == "reference":
            losses = [float(f"{loss:.4g}") for loss in np.mean([h for _, h in runs], axis=0)]
        found[name] = {
            "mean": round(statistics.mean(scores), 4),
            "least": round(min(scores), 4),
            "most": round(max(scores), 4),
            "spread": round(statistics.pstdev(scores), 4),
        }
    record = {"seeds": seeds, "recipe": RECIPE, "threshold": THRESHOLD, "accuracy": found}
    record["history"] = losses
    MEASURED.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(MEASURED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
