"""Measures what both ramps rest on, over many gradings, and writes it down.

    python assignments/a06_flight_delay/measure.py --gradings 20
    python assignments/a06_flight_delay/measure.py --curve

A grading is the mean of three runs, as in the checks. Beside the reference stand models that are
worse for a known reason. The second command writes the reference's curve that students see beside
their own, the mean of ten trainings on rows and public rows of their own.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from protocol import (
    ACCURACY_RAMP,
    AUC_RAMP,
    BATCHES,
    CURVE_FILE,
    RUNS,
    SIZES,
    Run,
    draw,
    late_hours_found,
    scores,
)

from reference import capstone

FILE = Path(__file__).with_name("measured.json")
COMMAND = "python assignments/a06_flight_delay/measure.py --gradings {}"
CURVE_TRAININGS = 10
LINEAR = {
    "flights": capstone.Recipe((), 20, 128, 5e-3, 0.0, 1e-4),
    "digits": capstone.Recipe((), 40, 64, 1e-2, 0.0, 1e-3),
}
Answer = Callable[[Run], list[np.ndarray]]


def trained(
    *,
    recipe: capstone.Recipe | None = None,
    columns: slice = slice(None),
    rows: slice = slice(None),
    own_scale: bool = False,
) -> Answer:
    """The reference, or a recipe, on some columns and rows; perhaps scaled by what it is asked."""

    def answer(run: Run) -> list[np.ndarray]:
        X, y = torch.tensor(run.X[rows][:, columns]), torch.tensor(run.y[rows])
        model = (
            capstone.fit_recipe(X, y, run.seed, recipe) if recipe else capstone.fit(X, y, run.seed)
        )
        found = []
        for batch in run.batches:
            asked = torch.tensor(batch[:, columns])
            if own_scale:
                mean, scale = capstone.standardisation(asked)
                asked = (asked - mean) / scale * model.scale + model.mean
            found.append(capstone.predict_proba(model, asked).numpy())
        return found

    return answer


MODELS = {
    "flights": {
        "reference": trained(),
        "linear": trained(recipe=LINEAR["flights"]),
        "hour alone": trained(columns=slice(3, None)),
        "temperature and wind alone": trained(columns=slice(2)),
        "first 100 rows": trained(rows=slice(100)),
        "scaled by the rows that are asked": trained(own_scale=True),
    },
    "digits": {
        "reference": trained(),
        "linear": trained(recipe=LINEAR["digits"]),
        "first 100 rows": trained(rows=slice(100)),
        "scaled by the rows that are asked": trained(own_scale=True),
    },
}


def measured(name: str, answer: Answer, gradings: int) -> dict[str, float]:
    """The spread of the mean of three over that many gradings."""
    means = [
        statistics.mean(scores(name, np.random.default_rng(seed), answer))
        for seed in range(gradings)
    ]
    return {
        "mean": round(statistics.mean(means), 4),
        "least": round(min(means), 4),
        "most": round(max(means), 4),
        "spread": round(statistics.pstdev(means), 4),
    }


def write_curve() -> None:
    """Write the share of the late hours that the reference finds, per cent by per cent."""
    answer, found = MODELS["flights"]["reference"], []
    for seed in range(CURVE_TRAININGS):
        board = draw("flights", np.random.default_rng(seed)).public
        if board is not None:
            found.append(late_hours_found(np.concatenate(answer(board)), board.truth))
    record = {
        "command": "python assignments/a06_flight_delay/measure.py --curve",
        "trainings": CURVE_TRAININGS,
        "late hours found": [round(float(share), 4) for share in np.mean(found, axis=0)],
    }
    CURVE_FILE.write_text(json.dumps(record) + "\n", encoding="utf-8")


def main() -> None:
    """Grade every model and write the spread of its scores, or write the reference's curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gradings", type=int, default=20)
    parser.add_argument("--curve", action="store_true")
    chosen = parser.parse_args()
    gradings = chosen.gradings
    torch.set_num_threads(1)
    if chosen.curve:
        write_curve()
        return
    record = {
        "command": COMMAND.format(gradings),
        "gradings": gradings,
        "runs": RUNS,
        "rows": {name: {"train": n, "test": m} for name, (n, m) in SIZES.items()},
        "batches": BATCHES,
        "ramps": {"flights": AUC_RAMP, "digits": ACCURACY_RAMP},
        "scores": {
            name: {what: measured(name, answer, gradings) for what, answer in models.items()}
            for name, models in MODELS.items()
        },
    }
    FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
