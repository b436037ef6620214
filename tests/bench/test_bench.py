"""The benchmark measures what it says: distinct notebooks, right results, a table and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.assignment import Assignment, find_assignment
from autograder.results import GradeResult, QuestionResult, Status, Verdict
from autograder.submitted.notebook import parse_notebook
from tests.bench import report
from tests.bench.__main__ import main
from tests.bench.corpus import WrongResult, corpus, require_right
from tests.bench.floor import DRAWN, FLOOR
from tests.bench.nbgrader import STARTED
from tests.bench.otter import OTTER


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment("a01_perceptron")


def test_every_notebook_of_the_corpus_has_its_own_content(assignment: Assignment) -> None:
    samples = corpus(assignment, 60)
    assert len({parse_notebook(sample.data).digest for sample in samples}) == 60


def test_the_corpus_is_the_same_in_every_run(assignment: Assignment) -> None:
    assert corpus(assignment, 7) == corpus(assignment, 9)[:7]


def test_a_wrong_result_stops_the_benchmark(assignment: Assignment) -> None:
    sample = next(sample for sample in corpus(assignment, 30) if sample.loses)
    everything = tuple(
        QuestionResult(
            question.name, question.kind, question.points, question.points, Verdict.PASSED
        )
        for question in assignment.questions
    )
    full = GradeResult(sample.name, assignment.id, Status.GRADED, 18.0, 20.0, everything)
    with pytest.raises(WrongResult, match="lost"):
        require_right(sample, full)


def test_ratios_compare_within_a_round() -> None:
    rounds = [
        {FLOOR: 1.0, DRAWN: 2.0, "pool": 2.0, STARTED: 20.0, OTTER: 80.0},
        {FLOOR: 3.0, DRAWN: 6.0, "pool": 6.0, STARTED: 60.0, OTTER: 240.0},
    ]
    pool = report.figures(rounds, {"pool": 100.0})[2]
    assert pool.ratios == (10.0, 40.0, 2.0)
    assert pool.memory_mb == 100.0
    assert (pool.least, pool.median, pool.most) == (2.0, 4.0, 6.0)


def test_a_small_run_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    options = ["--notebooks", "2", "--rounds", "1", "--workers", "1", "--uploads", "0"]
    for left_out in ("--nbgrader-notebooks", "--otter-notebooks", "--torch-notebooks"):
        options += [left_out, "0"]
    done = CliRunner().invoke(main, [*options, "--json", str(file)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (found,) = json.loads(file.read_text(encoding="utf-8"))["reports"]
    names = [figure["name"] for figure in found["figures"]]
    assert "Heldout pool, 1 worker" in names
    assert "Heldout pool, 1 worker" in done.output
    assert all(figure["median"] > 0 and figure["times_floor"] > 0 for figure in found["figures"])
    for shares in found["profile_ms"].values():
        assert shares["the cells themselves"] > 0
        assert shares["write the result"] > 0
        assert shares["calls into the sandbox"] > 0
