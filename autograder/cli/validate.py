"""`heldout validate`: the proof that an assignment is sound, as a table question by solution."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.assignment import Assignment, find_assignment, list_assignments
from autograder.cli.doctor import refuse_without_sandbox
from autograder.cli.files import refuse_unwritable_file
from autograder.cli.proved import print_adversaries, print_mutants
from autograder.cli.validation_file import ValidationFile
from autograder.grading import GradingPool
from autograder.proof.validate import Report, count_subjects
from autograder.proof.validate import validate as prove
from autograder.proof.validation_record import record
from autograder.seeds import secret_seed


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1), help="Seeds to try.")
@click.option("--workers", type=click.IntRange(1, 64), help="Submissions graded at once.")
@click.option(
    "--mutants",
    metavar="MINUTES",
    type=click.FloatRange(0, min_open=True),
    help="Try small changes of each model solution for so long; go on where the last time ended.",
)
@click.option(
    "--json",
    "file",
    type=click.Path(path_type=Path),
    help="Write what is found here, and meanwhile how far it is.",
)
def validate(
    assignments: tuple[str, ...],
    seeds: int,
    workers: int | None,
    mutants: float | None,
    file: Path | None,
) -> None:
    """Prove ASSIGNMENTS (by default all) sound; exit status 1 when a claim does not hold."""
    refuse_unwritable_file(file)
    chosen = [find_assignment(name) for name in assignments] or list_assignments()
    refuse_without_sandbox()
    written, console, sound = ValidationFile(file), Console(), True
    with GradingPool(workers=workers or os.cpu_count() or 1) as pool:
        for assignment in chosen:
            started = time.perf_counter()
            report = _proved(assignment, pool, seeds, written, mutants=mutants)
            seconds = time.perf_counter() - started
            written.found(report, seconds=seconds)
            _print(console, report, seeds, seconds)
            sound = sound and report.sound
            now = datetime.now(UTC)
            if not record(assignment, sound=report.sound, seeds=seeds, at=now):
                console.print(f"{assignment.folder} cannot be written: the proof is not recorded.")
    if not sound:
        sys.exit(1)


def _proved(
    assignment: Assignment,
    pool: GradingPool,
    seeds: int,
    written: ValidationFile,
    *,
    mutants: float | None,
) -> Report:
    """The proof, with a bar on a terminal meanwhile."""
    console, total = Console(stderr=True), count_subjects(assignment)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        written.begin(assignment, total=total, seeds=seeds)
        advance = partial(progress.advance, progress.add_task(assignment.id, total=total))

        def done() -> None:
            advance()
            written.advance()

        trying = partial(progress.update, progress.add_task("mutants", total=None, visible=False))

        def tried(number: int, total: int) -> None:
            trying(completed=number, total=total, visible=True)

        secrets = [secret_seed() + f"/{number}".encode() for number in range(seeds)]
        return prove(
            assignment,
            pool,
            seeds=secrets,
            workers=pool.workers,
            mutants=mutants,
            done=done,
            tried=tried,
        )


def _print(console: Console, report: Report, seeds: int, seconds: float) -> None:
    questions = [question.name for question in report.assignment.auto_questions]
    title = f"{report.assignment.id}: {report.assignment.title}"
    table = Table(title=title, title_justify="left")
    table.add_column("solution", overflow="fold")
    for number in range(1, len(questions) + 1):
        table.add_column(str(number), justify="center")
    for name, lost in report.losses.items():
        expected = report.expected[name]
        table.add_row(name, *[_mark(q in lost, q in expected) for q in questions])
    console.print(table)
    legend = ", ".join(f"{number} {name}" for number, name in enumerate(questions, 1))
    console.print(f"Questions: {legend}", highlight=False)
    console.print("✗ lost as it must be, blank kept, [red]![/] not as claimed.", highlight=False)
    print_adversaries(console, report)
    print_mutants(console, report)
    for claim in report.claims:
        if not claim.holds:
            text = f"{claim.subject}: should be that it {claim.claim}, but {claim.found}"
            console.print(text, style="red", markup=False, highlight=False)
    held = sum(claim.holds for claim in report.claims)
    console.print(
        f"{held} of {len(report.claims)} claims hold over {seeds} seeds, "
        f"{report.gradings} gradings in {seconds:.1f} s.\n",
        highlight=False,
    )


def _mark(lost: bool, expected: bool) -> str:
    if lost != expected:
        return "[red]![/]"
    return "✗" if lost else ""
