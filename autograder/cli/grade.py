"""`heldout grade`: notebooks, folders, zips and nbgrader trees in, scores out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from autograder.assignment import Assignment, find_assignment
from autograder.bulk import Journal, grade_all
from autograder.cache import DirectoryStore, ResultCache
from autograder.cli import tables
from autograder.cli.doctor import refuse_without_sandbox
from autograder.cli.files import Outputs
from autograder.cli.progress import grading_progress
from autograder.grading import GradingPool
from autograder.results import GradeResult, Status
from autograder.seeds import secret_seed
from autograder.submitted.intake import IntakeError, Source, find_sources

_PATH = click.Path(path_type=Path)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True)
class _Run:
    """How to grade: at most `workers` at once, remembering in a cache and a journal."""

    assignment: Assignment
    seed: bytes
    workers: int
    cache: ResultCache | None
    journal: Journal | None


@click.command()
@click.argument("assignment")
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option("--workers", type=click.IntRange(1, 64), help="Submissions graded at once.")
@click.option("--json", "json_file", type=_PATH, help="Write records here.")
@click.option("--csv", "csv_file", type=_PATH, help="Write a table here.")
@click.option("--gradebook", type=_PATH, help="Write an nbgrader gradebook.")
@click.option("--receipts", type=_FOLDER, help="Write a receipt for each score here.")
@click.option("--cache", type=_FOLDER, help="Keep results here for later runs.")
@click.option("--no-cache", is_flag=True, help="Grade everything anew, even equal notebooks.")
@click.option("--seed", help="The secret seed (by default the one of this installation).")
def grade(
    assignment: str,
    paths: Sequence[Path],
    workers: int | None,
    json_file: Path | None,
    csv_file: Path | None,
    gradebook: Path | None,
    receipts: Path | None,
    cache: Path | None,
    no_cache: bool,
    seed: str | None,
) -> None:
    """Grade notebooks, folders, zips of them and nbgrader submitted/ trees.

    Equal notebooks are graded once. A run that writes a file and was interrupted goes on where it
    was when the same command is given again.

    Exit status 0 when everything was dealt with, 2 for wrong usage, 3 when an infrastructure
    error remains.
    """
    described = find_assignment(assignment)
    outputs = Outputs(json_file, csv_file, gradebook, receipts)
    outputs.refuse_unwritable()
    try:
        sources = find_sources(paths, described.id)
    except IntakeError as error:
        raise click.UsageError(str(error)) from None
    refuse_without_sandbox()
    secret = seed.encode() if seed else secret_seed()
    unfinished = outputs.journal()
    kept = None if no_cache else ResultCache(_store(cache) if cache else None)
    journal = Journal(_store(unfinished), described, secret) if unfinished and kept else None
    at_once = min(workers or os.cpu_count() or 1, len(sources))
    results = _results(_Run(described, secret, at_once, kept, journal), sources)
    problem = outputs.write(described, sources, results, secret)
    tables.show(described, results)
    _end(problem, results)
    if unfinished:
        shutil.rmtree(unfinished, ignore_errors=True)


def _end(problem: str, results: Sequence[GradeResult]) -> None:
    """Leave with 2 where a file could not be written, with 3 where a fault of ours remains."""
    if problem:
        raise click.UsageError(problem)
    if any(result.status is Status.INFRASTRUCTURE_ERROR for result in results):
        sys.exit(3)


def _store(folder: Path) -> DirectoryStore:
    try:
        return DirectoryStore(folder)
    except OSError as error:
        raise click.UsageError(f"cannot use the folder {folder}: {error.strerror}") from None


def _results(run: _Run, sources: Sequence[Source]) -> list[GradeResult]:
    folder = run.assignment.folder.parent
    pool = GradingPool(workers=run.workers, seed=run.seed, assignments=folder, cache=run.cache)
    with grading_progress() as progress, pool:
        task = progress.add_task("grading", total=len(sources))
        try:
            graded = grade_all(
                pool,
                run.assignment,
                sources,
                workers=run.workers,
                done=lambda result: progress.advance(task),
                journal=run.journal,
            )
            return list(graded)
        except KeyboardInterrupt:
            if run.journal:
                click.echo("Interrupted: the same command goes on where this was.", err=True)
            raise
