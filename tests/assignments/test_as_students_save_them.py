"""Solved notebooks with one change that an editor, a draft or a slip made: what they get, and read.

Each change is of a kind that courses report. Points are lost only where the work itself is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.assignment import find_assignment
from autograder.grading import GradingPool
from autograder.results import GradeResult, Verdict

Cells = list[dict[str, Any]]
Change = Callable[[Cells], None]


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=1, seed=b"as students save them") as started:
        yield started


def _place(cells: Cells, grade_id: str) -> int:
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return ids.index(grade_id)


def above(source: str) -> Change:
    """These lines stand above those of the first code cell."""

    def change(cells: Cells) -> None:
        first = next(cell for cell in cells if cell["cell_type"] == "code")
        first["source"] = source + "\n" + "".join(first["source"])

    return change


def before(grade_id: str, source: str) -> Change:
    """A draft cell stands before the one with that id."""
    draft = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return lambda cells: cells.insert(_place(cells, grade_id), {**draft, "source": source})


def instead(grade_id: str, source: Any) -> Change:
    """The cell with that id has another source."""
    return lambda cells: cells[_place(cells, grade_id)].update(source=source)


def becomes(grade_id: str, kind: str) -> Change:
    """The cell with that id has another type."""
    return lambda cells: cells[_place(cells, grade_id)].update(cell_type=kind)


def grade(pool: GradingPool, name: str, *changes: Change, **options: Any) -> GradeResult:
    assignment = find_assignment(name)
    notebook = json.loads(assignment.notebook_path.read_text("utf-8"))
    for change in changes:
        change(notebook["cells"])
    return pool.grade(assignment, json.dumps(notebook).encode(), **options)


FULL_MARKS = {
    "colab's drive": above("from google.colab import drive\ndrive.mount('/content/drive')"),
    "colab's upload": above("from google.colab import files\nup = files.upload()\nup.keys()"),
    "a package that is not there": above("import seaborn as sns\nsns.set_theme()"),
    "installed first": above("!pip install seaborn\n%pip install seaborn\nimport seaborn"),
    "inside an if": above("if True:\n    import pandas as pd\n    pd.options"),
    "an extension": above("%load_ext tensorboard"),
    "a magic of elsewhere": above("%tensorflow_version 2.x"),
    "arguments": above(
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('-f')\na = p.parse_args()"
    ),
    "front-end magics": above("%autosave 0\n%matplotlib notebook\n%man ls\n%connect_info"),
    "a window": above("import matplotlib\nmatplotlib.use('TkAgg')"),
    "a breakpoint": above("breakpoint()\n%debug"),
    "a task": above("import asyncio\nt = asyncio.create_task(asyncio.sleep(0))"),
    "descriptors": above("import faulthandler\nfaulthandler.enable()"),
    "a magic without its sign": before("activations", "pwd"),
    "a draft that runs again": before(
        "activations", "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\nsigmoid(z)"
    ),
    "a count that runs again": before(
        "activations",
        "try:\n    runs += 1\nexcept NameError:\n    runs = 1\nassert runs == 1\nlater_name",
    ),
    "a byte-order mark": above("\ufeff"),
    "no source": instead("activations_test", None),
    "32 bits": instead(
        "dense",
        "def dense(X, W, b):\n"
        "    return X.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)",
    ),
}


@pytest.mark.parametrize("change", FULL_MARKS.values(), ids=FULL_MARKS)
def test_what_is_not_the_work_costs_nothing(pool: GradingPool, change: Change) -> None:
    assert grade(pool, "a01_perceptron", change).score == 18


def test_what_was_not_there_is_told_by_cell_and_line(pool: GradingPool) -> None:
    result = grade(pool, "a01_perceptron", FULL_MARKS["colab's drive"])
    there = "available are numpy, matplotlib"
    assert result.notes == (
        f"Cell 1, line 1: there is no module `google` here; {there}.",
        "Cell 1, line 2 was left out: it needs `drive`, which is missing for that reason.",
    )
    assert result.cells[0].error == "\n".join(result.notes)
    assert result.record()["notes"] == list(result.notes)


def test_a_function_that_needs_it_says_so(pool: GradingPool) -> None:
    jit = "from numba import njit\n@njit\ndef dense(X, W, b):\n    return X @ W + b"
    assert message(grade(pool, "a01_perceptron", instead("dense", jit)), "dense") == (
        "`dense` is not defined in the notebook: cell 11, line 1 needs `numba`, which is not here."
    )


def message(result: GradeResult, question: str) -> str:
    return next(each.message for each in result.questions if each.name == question)


@pytest.mark.parametrize(("kind", "called"), [("markdown", "Markdown"), ("raw", "raw")])
def test_a_solution_outside_the_code_is_named_with_its_cell(
    pool: GradingPool, kind: str, called: str
) -> None:
    result = grade(pool, "a01_perceptron", becomes("dense", kind))
    advice = f"it stands in cell 21, which is {called}: make it a code cell again."
    assert message(result, "dense") == f"`dense` is not defined in the notebook; {advice}"
    assert advice[1:] in message(result, "mlp_forward") or "dense" not in str(result.questions[4])


def test_a_solution_that_a_magic_keeps_from_running_is_named(pool: GradingPool) -> None:
    source = "%%writefile mine.py\ndef dense(X, W, b):\n    return X @ W + b"
    said = message(grade(pool, "a01_perceptron", instead("dense", source)), "dense")
    assert said.endswith(
        "cell 21, whose `%%writefile` keeps it from running here: take that line away."
    )


def test_a_stub_beside_it_is_told_the_same(pool: GradingPool) -> None:
    stub = "def dense(X, W, b):\n    raise NotImplementedError"
    changes = (becomes("dense", "markdown"), before("dense_test", stub))
    said = message(grade(pool, "a01_perceptron", *changes), "dense")
    assert said.startswith("`dense` is not written yet; it stands in cell 21")


def test_an_answer_that_became_raw_waits_for_staff(pool: GradingPool) -> None:
    result = grade(pool, "a01_perceptron", becomes("why_nonlinear", "raw"))
    assert message(result, "why_nonlinear") == (
        "Waits for staff to grade it. The answer was found in cell 39, which is a raw cell."
    )


def test_an_answer_that_is_not_there_is_said_to_be_missing(pool: GradingPool) -> None:
    result = grade(pool, "a01_perceptron", instead("why_nonlinear", ""))
    said = "There is no written answer to this question in the notebook."
    assert message(result, "why_nonlinear") == said


def test_what_needs_a_newer_python_says_which(pool: GradingPool) -> None:
    newer = "def dense(X, W, b):\n    print(f'{dict(n=1)['n']} rows')\n    return X @ W + b"
    result = grade(pool, "a01_perceptron", instead("dense", newer))
    said = message(result, "dense")
    assert result.score == 18 or "(this needs Python 3.12, grading runs 3." in said


def test_endless_recursion_ends_in_a_short_message(pool: GradingPool) -> None:
    endless = "def dense(X, W, b):\n    return dense(X, W, b)"
    [question] = [
        each
        for each in grade(pool, "a01_perceptron", instead("dense", endless)).questions
        if each.name == "dense"
    ]
    assert question.verdict is Verdict.ERROR
    assert question.message.endswith("A function calls itself without end.")
    assert len(question.checks[0].traceback.splitlines()) < 20


@pytest.mark.slow
def test_a_compiled_model_runs_eagerly_and_says_so(pool: GradingPool) -> None:
    compiled = "import torch\n_net = torch.compile(torch.nn.Linear(2, 2))\n_net(torch.zeros(1, 2))"
    result = grade(pool, "a06_flight_delay", above(compiled), keep_outputs=True)
    assert result.score == sum(q.max_score for q in result.questions if q.kind == "auto")
    assert any("eagerly" in output.text for output in result.cells[0].outputs)
