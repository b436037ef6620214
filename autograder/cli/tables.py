"""What `heldout grade` shows and writes for people: tables of scores, and a summary by question."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.assignment import Assignment
from autograder.results import GradeResult, Status, Verdict
from autograder.spreadsheet import safe_cell

_MARKS = {
    Verdict.PASSED: "[green]✓[/]",
    Verdict.PARTIAL: "[yellow]◐[/]",
    Verdict.PENDING: "[blue]…[/]",
    Verdict.MISSING: "[red]·[/]",
    Verdict.TIMEOUT: "[red]⏱[/]",
    Verdict.MEMORY: "[red]▲[/]",
    Verdict.ERROR: "[red]![/]",
}
_MOST_ROWS = 500


def as_csv(assignment: Assignment, results: Sequence[GradeResult]) -> str:
    names = [question.name for question in assignment.questions]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["submission", "status", "score", "max_score", *names, "error"])
    for result in results:
        scores = {question.name: question.score for question in result.questions}
        writer.writerow(
            [
                safe_cell(result.submission),
                str(result.status),
                _points(result.score),
                f"{result.max_score:g}",
                *[_points(scores.get(name)) for name in names],
                safe_cell(result.error),
            ]
        )
    return text.getvalue()


def _points(score: float | None) -> str:
    return "" if score is None else f"{round(score, 4):g}"


def show(assignment: Assignment, results: Sequence[GradeResult]) -> None:
    """Print every submission's score, each question's mean, and what became of how many."""
    console = Console()
    if len(results) <= _MOST_ROWS:
        console.print(_scores(assignment, results))
        names = [f"{n} {question.name}" for n, question in enumerate(assignment.questions, 1)]
        console.print("Questions: " + ", ".join(names), highlight=False)
    else:
        console.print(f"{len(results)} scores are too many to print: --csv writes them.")
    for result in results:
        if result.error:
            console.print(f"{result.submission}: {result.error}", markup=False, highlight=False)
    graded = [result for result in results if result.status is Status.GRADED]
    if len(graded) > 1:
        console.print(_by_question(assignment, graded))
    console.print(_summary(assignment, results), highlight=False)


def _scores(assignment: Assignment, results: Sequence[GradeResult]) -> Table:
    table = Table(title=f"{assignment.id}: {assignment.title}", title_justify="left")
    table.add_column("submission", overflow="fold")
    table.add_column("score", justify="right")
    for number in range(1, len(assignment.questions) + 1):
        table.add_column(str(number), justify="center")
    for result in results:
        table.add_row(*_row(assignment, result))
    return table


def _by_question(assignment: Assignment, graded: Sequence[GradeResult]) -> Table:
    table = Table("question", title="By question", title_justify="left")
    for column in ("points", "mean", "full", "part", "none"):
        table.add_column(column, justify="right")
    found = [{each.name: each.score or 0.0 for each in result.questions} for result in graded]
    for question in assignment.auto_questions:
        scores = [each.get(question.name, 0.0) for each in found]
        full = sum(score >= question.points for score in scores)
        none = sum(score <= 0 for score in scores)
        counts = (full, len(scores) - full - none, none)
        mean = f"{sum(scores) / len(scores):.2f}"
        table.add_row(question.name, f"{question.points:g}", mean, *map(str, counts))
    return table


def _row(assignment: Assignment, result: GradeResult) -> list[str]:
    name = escape(result.submission)
    if result.status is not Status.GRADED:
        return [name, str(result.status).replace("_", " "), *[""] * len(assignment.questions)]
    cells = [_MARKS.get(question.verdict, "[red]✗[/]") for question in result.questions]
    return [name, f"{_points(result.score)}/{result.max_score:g}", *cells]


def _summary(assignment: Assignment, results: Sequence[GradeResult]) -> str:
    graded = [result.score for result in results if result.score is not None]
    automatic = sum(question.points for question in assignment.auto_questions)
    parts = [f"{len(graded)} graded"]
    for status in (Status.REJECTED, Status.INFRASTRUCTURE_ERROR):
        if count := sum(result.status is status for result in results):
            parts.append(f"{count} {str(status).replace('_', ' ')}")
    if known := sum(result.receipt is not None and result.receipt.cached for result in results):
        parts.append(f"{known} of them known from equal work")
    if graded:
        mean = sum(graded) / len(graded)
        parts.append(f"mean {mean:.2f} of {automatic:g} automatic points")
    return ", ".join(parts) + "."
