from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import pytest
import torch

from reference import measure
from reference.capstone import BINARY, CLASSES
from reference.data import split_digits

QUICK = measure.Experiment(
    "digits, quick", replace(CLASSES, hidden=(), epochs=2), split_digits, "accuracy"
)


@pytest.fixture(scope="module")
def stored():
    return json.loads(resources.files("reference.data").joinpath("measured.json").read_text())


def test_the_command_prints_a_table_and_writes_the_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "EXPERIMENTS", (QUICK,))
    monkeypatch.setattr(torch, "set_num_threads", lambda n: None)
    measure.main(["--seeds", "3", "--output", str(tmp_path / "numbers.json")])
    header, line = capsys.readouterr().out.splitlines()
    assert header.split() == ["model", "metric", "mean", "least", "spread", "least/3", "seconds"]
    assert line.startswith("digits, quick")
    (model,) = json.loads((tmp_path / "numbers.json").read_text())["models"]
    assert len(model["scores"]) == 3
    assert model["least"] == pytest.approx(min(model["scores"]), abs=1e-6)
    assert model["mean"] == pytest.approx(sum(model["scores"]) / 3, abs=1e-6)
    assert model["least_of_three"] == pytest.approx(model["mean"])
    assert model["mean"] > 0.6


def test_scores_run_on_the_place_asked_for(place):
    device = torch.device(place.device)
    value, seconds = measure.score(QUICK, 0, device=device, dtype=place.dtype)
    again, _ = measure.score(QUICK, 0, device=device, dtype=place.dtype)
    assert value == again
    assert seconds > 0


def test_too_few_seeds_are_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        measure.main(["--seeds", "2"])
    assert stopped.value.code == 2
    assert "seeds is 2, expected at least 3" in capsys.readouterr().err


def test_a_missing_device_is_a_usage_error(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit) as stopped:
        measure.main(["--device", "cuda"])
    assert stopped.value.code == 2
    assert "this PyTorch finds no CUDA device" in capsys.readouterr().err


def test_stored_numbers_belong_to_the_present_recipes(stored):
    recipes = {model["name"]: model["recipe"] for model in stored["models"]}
    for name, recipe in (("flights", BINARY), ("digits", CLASSES)):
        assert recipes[name] == {**vars(recipe), "hidden": list(recipe.hidden)}
    assert set(recipes) == {experiment.name for experiment in measure.EXPERIMENTS}


def test_stored_numbers_come_from_twenty_seeds_and_clear_the_bars(stored):
    models = {model["name"]: model for model in stored["models"]}
    assert all(len(model["scores"]) >= 20 for model in models.values())
    assert models["flights"]["mean"] >= 0.80
    assert models["digits"]["mean"] >= 0.97
    assert models["flights"]["least_of_three"] > models["flights, linear"]["mean"]
    assert models["digits"]["least_of_three"] > models["digits, linear"]["mean"]


def test_a_stored_score_can_be_measured_again(stored):
    experiment = next(e for e in measure.EXPERIMENTS if e.name == "digits, linear")
    value, _ = measure.score(experiment, 0, device=torch.device("cpu"), dtype=torch.float64)
    (model,) = [model for model in stored["models"] if model["name"] == experiment.name]
    # Three of 540 test digits: other machines round differently and training amplifies it.
    assert value == pytest.approx(model["scores"][0], abs=0.006)
