"""Every assignment keeps the course's contract and is proven sound by its own banks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, assignments_folder, list_assignments
from autograder.grading import GradingPool
from autograder.nbgrader.release import release
from autograder.proof.banks import read_bank
from autograder.proof.validate import validate
from autograder.receipt import ONE_THREAD

ASSIGNMENTS = list_assignments(assignments_folder())
by_id = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda found: found.id)

AUTOMATIC = {
    "a01_perceptron": "activations activation_grads perceptron dense mlp_forward collapse_linear "
    "xor",
    "a02_losses": "mse bce bce_logits softmax cross_entropy loss_grads objective",
    "a03_backprop": "numerical_gradient dense_backward activation_backward loss_and_grads "
    "gradient_check",
    "a04_sgd": "sgd minibatches momentum adaptive train convergence",
    "a05_regularization": "dropout dropout_backward early_stopping l2 train_regularized "
    "generalisation",
    "a06_flight_delay": "flights digits reproducible",
}
WRITTEN = {"a01_perceptron": ["why_nonlinear"], "a06_flight_delay": ["report"]}


@pytest.fixture(scope="session")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=2, seed=b"tests of the assignments") as started:
        yield started


def test_the_course_is_complete() -> None:
    assert [assignment.id for assignment in ASSIGNMENTS] == sorted(AUTOMATIC)


@by_id
def test_questions_are_those_of_the_curriculum(assignment: Assignment) -> None:
    automatic = {question.name for question in assignment.auto_questions}
    written = [question.name for question in assignment.manual_questions]
    assert automatic == set(AUTOMATIC[assignment.id].split())
    assert written == WRITTEN.get(assignment.id, [])


@by_id
def test_only_the_capstone_allows_torch(assignment: Assignment) -> None:
    packages = {"numpy", "matplotlib"}
    if assignment.id == "a06_flight_delay":
        packages |= {"torch"}
    assert set(assignment.packages) == packages


@by_id
def test_the_bank_has_enough_of_every_kind(assignment: Assignment) -> None:
    bank = read_bank(assignment)
    wrong = [solution for solution in bank if solution.loses]
    lost = frozenset().union(*(solution.loses for solution in wrong))
    assert len(wrong) >= 12
    assert len(bank) - len(wrong) >= 3
    assert lost == {question.name for question in assignment.auto_questions}


@by_id
@pytest.mark.timeout(1800)
def test_every_claim_about_the_assignment_holds(assignment: Assignment, pool: GradingPool) -> None:
    report = validate(assignment, pool, seeds=[b"one"], workers=2)
    assert [claim for claim in report.claims if not claim.holds] == []
    assert len(report.claims) >= 19


@by_id
def test_the_notebook_is_stored_without_outputs(assignment: Assignment) -> None:
    document = json.loads(assignment.notebook_path.read_text(encoding="utf-8"))
    cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in cells] == [[] for _ in cells]
    assert assignment.notebook_path.stat().st_size < 300_000


# Read by nbgrader as its settings: each notebook that it has executed in Jupyter is kept, and a
# cell that trains has time on a busy machine.
KEEP_EXECUTED = """
from itertools import count
import nbformat
from nbgrader.preprocessors import Execute

numbers, preprocess = count(), Execute.preprocess

def preprocess_and_keep(self, notebook, resources):
    executed = preprocess(self, notebook, resources)
    nbformat.write(executed[0], f"executed{next(numbers)}.ipynb")
    return executed

Execute.preprocess = preprocess_and_keep
c = get_config()
c.Execute.timeout = 900
"""


@by_id
@pytest.mark.timeout(1200)
def test_nbgrader_tells_a_solved_notebook_from_a_release_and_the_solved_one_warns_of_nothing(
    assignment: Assignment, tmp_path: Path
) -> None:
    unsolved = release(assignment, tmp_path)
    for name in assignment.files:
        (tmp_path / name).write_bytes((assignment.folder / name).read_bytes())
    (tmp_path / "solved.ipynb").write_bytes(assignment.notebook_path.read_bytes())
    (tmp_path / "nbgrader_config.py").write_text(KEEP_EXECUTED, encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "validate", "solved.ipynb", unsolved.name]
    # As in the sandbox: on small matrices, threads only wait for each other.
    alone = {**os.environ, **ONE_THREAD}
    said = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True)
    assert said.stdout.startswith("Success"), said.stdout + said.stderr
    assert said.stdout.count("Success") == 1
    assert "VALIDATION FAILED" in said.stdout

    executed = nbformat.read(tmp_path / "executed0.ipynb", as_version=4)
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    solved = nbformat.read(assignment.notebook_path, as_version=4)
    assert [cell.source for cell in cells] == [
        cell.source for cell in solved.cells if cell.cell_type == "code"
    ]
    assert all(cell.execution_count for cell in cells if cell.source.strip())
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
