"""Trains the capstone models over many seeds and reports how well and how fast.

    python -m reference.training --device cpu --seeds 20 --output reference/data/measured.json

Each seed draws its own split and its own start. Thresholds of the capstone's assignment rest on
these numbers, so next to each model stands the same one without hidden layers: what a student
gets who only fits a line.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from reference.capstone import BINARY, CLASSES, Recipe, fit_recipe, predict_proba
from reference.data import Split, split_digits, split_flights
from reference.metrics import class_accuracy, roc_auc


@dataclass(frozen=True)
class Experiment:
    """A model, the data it is trained on, and how it is scored."""

    name: str
    recipe: Recipe
    split: Callable[[int], Split]
    metric: str


@dataclass(frozen=True)
class Measurement:
    """Scores of one experiment, one per seed from 0, and what they amount to.

    ``spread`` is the standard deviation over seeds, ``least_of_three`` the least mean over three
    seeds in a row, which is how the assignment averages, and ``seconds`` the mean time of a fit
    with its prediction.
    """

    name: str
    metric: str
    mean: float
    least: float
    spread: float
    least_of_three: float
    seconds: float
    recipe: Recipe
    scores: tuple[float, ...]


EXPERIMENTS = (
    Experiment("flights", BINARY, split_flights, "auc"),
    Experiment("flights, unseen days", BINARY, partial(split_flights, by_day=True), "auc"),
    Experiment("flights, linear", replace(BINARY, hidden=()), split_flights, "auc"),
    Experiment("digits", CLASSES, split_digits, "accuracy"),
    Experiment("digits, linear", replace(CLASSES, hidden=()), split_digits, "accuracy"),
)


def score(
    experiment: Experiment, seed: int, *, device: torch.device, dtype: torch.dtype
) -> tuple[float, float]:
    """The test score of one seed, and the seconds that training and prediction took."""
    part = experiment.split(seed)
    X_train, X_test = (
        torch.as_tensor(X, dtype=dtype, device=device) for X in (part.X_train, part.X_test)
    )
    y_train, y_test = (
        torch.as_tensor(y, dtype=dtype if y.dtype.kind == "f" else torch.int64, device=device)
        for y in (part.y_train, part.y_test)
    )
    start = time.perf_counter()
    probability = predict_proba(fit_recipe(X_train, y_train, seed, experiment.recipe), X_test)
    # Copying the result waits for the device, so the clock covers all of the work.
    probability = probability.cpu()
    seconds = time.perf_counter() - start
    metric = roc_auc if experiment.metric == "auc" else class_accuracy
    return metric(probability, y_test.cpu()), seconds


def measure(
    experiment: Experiment, seeds: int, *, device: torch.device, dtype: torch.dtype
) -> Measurement:
    """`score` over the seeds 0, 1, ..., seeds - 1. Raises ValueError for fewer than three."""
    if seeds < 3:
        raise ValueError(f"seeds is {seeds}, expected at least 3")
    runs = [score(experiment, seed, device=device, dtype=dtype) for seed in range(seeds)]
    scores = [value for value, _ in runs]
    triples = zip(scores, scores[1:], scores[2:], strict=False)
    return Measurement(
        name=experiment.name,
        metric=experiment.metric,
        mean=statistics.fmean(scores),
        least=min(scores),
        spread=statistics.stdev(scores),
        least_of_three=min(map(statistics.fmean, triples)),
        seconds=statistics.fmean(seconds for _, seconds in runs),
        recipe=experiment.recipe,
        scores=tuple(round(value, 6) for value in scores),
    )


def record(
    found: Sequence[Measurement], seeds: int, *, device: torch.device, dtype: torch.dtype
) -> dict[str, object]:
    """The measurements with where and how they were made, ready for JSON."""
    cuda, name = device.type == "cuda", str(dtype).removeprefix("torch.")
    return {
        "command": (
            f"python -m reference.training --device {device.type} --seeds {seeds}"
            f" --dtype {name} --threads {torch.get_num_threads()}"
        ),
        "device": torch.cuda.get_device_name(device) if cuda else platform.machine(),
        "dtype": name,
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "models": [asdict(measurement) for measurement in found],
    }


def row(found: Measurement) -> str:
    """One line of the table."""
    return (
        f"{found.name:<22}{found.metric:<10}{found.mean:8.4f}{found.least:8.4f}"
        f"{found.spread:8.4f}{found.least_of_three:10.4f}{found.seconds:9.2f}"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: trains, prints the table, and writes the numbers with ``--output``."""
    parser = argparse.ArgumentParser(
        prog="python -m reference.training",
        description="Train the capstone models over many seeds and report their scores.",
    )
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:1 (default: cpu)")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    parser.add_argument("--seeds", type=int, default=20, help="how many, at least 3 (default: 20)")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    parser.add_argument("--output", type=Path, help="write the numbers there, as JSON")
    options = parser.parse_args(argv)
    device, dtype = torch.device(options.device), getattr(torch, options.dtype)
    if device.type == "cuda" and not torch.cuda.is_available():
        parser.error(f"device is {options.device}, but this PyTorch finds no CUDA device")
    if options.seeds < 3:
        parser.error(f"seeds is {options.seeds}, expected at least 3")
    torch.set_num_threads(options.threads)
    print(
        f"{'model':<22}{'metric':<10}{'mean':>8}{'least':>8}{'spread':>8}{'least/3':>10}{'seconds':>9}"
    )
    found = []
    for experiment in EXPERIMENTS:
        found.append(measure(experiment, options.seeds, device=device, dtype=dtype))
        print(row(found[-1]), flush=True)
    if options.output:
        content = record(found, options.seeds, device=device, dtype=dtype)
        options.output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
