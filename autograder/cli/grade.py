"""`heldout grade`: notebooks, folders, zips and nbgrader trees in, scores out."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.assignment import Assignment, find_assignment
from autograder.bulk import grade_all
from autograder.cli.doctor import refuse_without_sandbox
from autograder.grading import GradingPool
from autograder.intake import IntakeError, Source, find_sources
from autograder.results import GradeResult, Status, Verdict
from autograder.seeds import secret_seed

_MARKS = {
    Verdict.PASSED: "[green]✓[/]",
    Verdict.PARTIAL: "[yellow]◐[/]",
    Verdict.PENDING: "[blue]…[/]",
    Verdict.MISSING: "[red]·[/]",
    Verdict.TIMEOUT: "[red]⏱[/]",
    Verdict.MEMORY: "[red]▲[/]",
    Verdict.ERROR: "[red]![/]",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@click.command()
@click.argument("assignment")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(1, 64), help="Submissions graded at once.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write records here.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write a table here.")
@click.option("--gradebook", type=click.Path(path_type=Path), help="Write an nbgrader gradebook.")
@click.option("--seed", help="The secret seed (by default the one of this installation).")
def grade(
    assignment: str,
    paths: Sequence[Path],
    workers: int | None,
    json_file: Path | None,
    csv_file: Path | None,
    gradebook: Path | None,
    seed: str | None,
) -> None:
    """Grade notebooks, folders, zips of them and nbgrader submitted/ trees.

    Exit status 0 when everything was dealt with, 2 for wrong usage, 3 when an infrastructure
    error remains.
    """
    described = find_assignment(assignment)
    for file in (json_file, csv_file, gradebook):
        _refuse_unwritable(file)
    try:
        sources = find_sources(paths, described.id)
    except IntakeError as error:
        raise click.UsageError(str(error)) from None
    refuse_without_sandbox()
    workers = workers or os.cpu_count() or 1
    results = _grade(described, sources, workers, seed.encode() if seed else secret_seed())
    if json_file:
        _write(json_file, json.dumps([result.record() for result in results], indent=1))
    if csv_file:
        _write_csv(csv_file, described, results)
    if gradebook:
        from autograder.gradebook import write_gradebook

        write_gradebook(gradebook, described, results)
    _print(described, results)
    if any(result.status is Status.INFRASTRUCTURE_ERROR for result in results):
        sys.exit(3)


def _grade(
    assignment: Assignment, sources: Sequence[Source], workers: int, seed: bytes
) -> list[GradeResult]:
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    workers = min(workers, len(sources))
    folder = assignment.folder.parent
    console = Console(stderr=True)
    with (
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
        GradingPool(workers=workers, seed=seed, assignments=folder) as pool,
    ):
        task = progress.add_task("grading", total=len(sources))
        return list(
            grade_all(
                pool,
                assignment,
                sources,
                workers=workers,
                done=lambda result: progress.advance(task),
            )
        )


def _refuse_unwritable(file: Path | None) -> None:
    if file is None:
        return
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise click.UsageError(f"cannot write {file}: its folder does not exist or it is a folder")
    if not os.access(file if file.exists() else file.absolute().parent, os.W_OK):
        raise click.UsageError(f"cannot write {file}: permission denied")


def _write(file: Path, text: str) -> None:
    # Written aside first: an interrupted run leaves the earlier file whole.
    aside = file.with_name(f".{file.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)


def _write_csv(file: Path, assignment: Assignment, results: Sequence[GradeResult]) -> None:
    names = [question.name for question in assignment.questions]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["submission", "status", "score", "max_score", *names, "error"])
        for result in results:
            scores = {question.name: question.score for question in result.questions}
            writer.writerow(
                [
                    _cell(result.submission),
                    str(result.status),
                    _points(result.score),
                    f"{result.max_score:g}",
                    *[_points(scores.get(name)) for name in names],
                    _cell(result.error),
                ]
            )


def _points(score: float | None) -> str:
    return "" if score is None else f"{round(score, 4):g}"


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _print(assignment: Assignment, results: Sequence[GradeResult]) -> None:
    console = Console()
    table = Table(title=f"{assignment.id}: {assignment.title}", title_justify="left")
    table.add_column("submission", overflow="fold")
    table.add_column("score", justify="right")
    for number in range(1, len(assignment.questions) + 1):
        table.add_column(str(number), justify="center")
    for result in results:
        table.add_row(*_row(assignment, result))
    console.print(table)
    names = [f"{n} {question.name}" for n, question in enumerate(assignment.questions, 1)]
    console.print("Questions: " + ", ".join(names), highlight=False)
    for result in results:
        if result.error:
            console.print(f"{result.submission}: {result.error}", markup=False, highlight=False)
    console.print(_summary(assignment, results), highlight=False)


def _row(assignment: Assignment, result: GradeResult) -> list[str]:
    name = result.submission.replace("[", r"\[")
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
    if graded:
        mean = sum(graded) / len(graded)
        parts.append(f"mean {mean:.2f} of {automatic:g} automatic points")
    return ", ".join(parts) + "."
