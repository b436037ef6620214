"""Whether a student could read lines of the solutions or the checks."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from autograder.assignment import Assignment
from autograder.proof.claims import Claim
from autograder.proof.solution import BEGIN, END, solution_lines
from autograder.results import GradeResult

_MIN_LEAK = 24


def leaks(assignment: Assignment, results: list[GradeResult]) -> Iterator[Claim]:
    """Look for lines of the solutions and the checks where a student could read them."""
    from autograder.nbgrader.release import release_notebook

    release = json.loads(release_notebook(assignment))
    shown = "\n".join("".join(cell["source"]) for cell in release["cells"])
    # What the notebook itself gives away outside its solutions is nobody's secret.
    checks = _check_lines(assignment) - _source_lines(assignment, solution=False)
    solutions = _source_lines(assignment, solution=True)
    hidden = (solutions - _source_lines(assignment, solution=False)) | checks
    yield _leak_claim("release", [line for line in hidden if line in shown])
    feedback = "\n".join(
        f"{check.message}\n{check.hint}\n{check.traceback}"
        for result in results
        for question in result.questions
        for check in question.checks
    )
    places = [str(assignment.folder.parent), "checks.py", "autograder/", "/site-packages/"]
    inside = [line for line in checks if line in feedback]
    yield _leak_claim("feedback", inside + [place for place in places if place in feedback])


def _leak_claim(subject: str, found: list[str]) -> Claim:
    said = f"contains {found[0]!r}" if found else ""
    return Claim(f"{subject} (leaks)", "shows no solution and no check", said)


def _source_lines(assignment: Assignment, *, solution: bool) -> set[str]:
    """The lines of the source notebook inside its solutions, or outside of them."""
    lines: set[str] = set()
    for cell in json.loads(assignment.notebook_path.read_bytes())["cells"]:
        text = "".join(cell["source"])
        inside = solution_lines(text)
        lines |= {
            line.strip()
            for number, line in enumerate(text.split("\n"), start=1)
            if (number in inside) is solution
        }
    return {line for line in lines if len(line) >= _MIN_LEAK and line not in (BEGIN, END)}


def _check_lines(assignment: Assignment) -> set[str]:
    """The statements of the hidden checks; their docstrings are what students may read."""
    lines = set()
    for path in assignment.folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        source = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1 if ast.get_docstring(node) else 0 :]
                lines |= {source[statement.lineno - 1].strip() for statement in body}
    return {line for line in lines if len(line) >= _MIN_LEAK}
