"""`heldout grade`: notebooks, folders, zips and nbgrader trees in, scores out."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.assignment import Assignment, find_assignment
from autograder.bulk import grade_all
from autograder.cli.doctor import refuse_without_sandbox
from autograder.gradebook import GradebookError, require_gradebook, write_gradebook
from autograder.grading import GradingPool
from autograder.intake import IntakeError, Source, find_sources
from autograder.results import GradeResult, Status, Verdict
from autograder.seeds import secret_seed
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
        if gradebook and gradebook.exists():
            require_gradebook(gradebook)
    except (IntakeError, GradebookError) as error:
        raise click.UsageError(str(error)) from None
    refuse_without_sandbox()
    workers = workers or os.cpu_count() or 1
    results = _grade(described, sources, workers, seed.encode() if seed else secret_seed())
    problem = ""
    try:
        if json_file:
            _write(json_file, json.dumps([result.record() for result in results], indent=1))
        if csv_file:
            _write(csv_file, _as_csv(described, results))
        if gradebook:
            write_gradebook(gradebook, described, results)
    except OSError as error:
        problem = f"cannot write {error.filename or 'the results'}: {error.strerror}"
    except GradebookError as error:
        problem = str(error)
    _print(described, results)
    if problem:
        raise click.UsageError(problem)
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
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir():
        raise click.UsageError(f"cannot write {file}: its folder does not exist or it is a folder")
    needed = [file] if _is_special(file) else [folder, *([file] if file.exists() else [])]
    if not all(os.access(path, os.W_OK) for path in needed):
        raise click.UsageError(f"cannot write {file}: permission denied")


def _is_special(file: Path) -> bool:
    """A device, a pipe or a link (/dev/stdout, /dev/null): written into, never replaced."""
    return file.is_symlink() or (file.exists() and not file.is_file())


def _write(file: Path, text: str) -> None:
    if _is_special(file):
        file.write_text(text, encoding="utf-8", newline="")
        return
    # Written aside first: an interrupted run leaves the earlier file whole.
    aside = file.with_name(f".{file.name}.part")
    try:
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _as_csv(assignment: Assignment, results: Sequence[GradeResult]) -> str:
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
    if graded:
        mean = sum(graded) / len(graded)
        parts.append(f"mean {mean:.2f} of {automatic:g} automatic points")
    return ", ".join(parts) + "."
