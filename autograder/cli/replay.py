"""`heldout replay`: the same score again from a receipt, or what differs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.assignment import Assignment, find_assignment
from autograder.cli.doctor import refuse_without_sandbox
from autograder.grading import GradingPool
from autograder.replay import (
    ReceiptError,
    Record,
    changes,
    conditions_differ,
    read_receipt,
    was_changed,
    why_other_python,
    work_differs,
)
from autograder.results import GradeResult, Status
from autograder.seeds import secret_seed
from autograder.submitted.intake_files import FileRefused, named_file

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("receipt", type=_FILE)
@click.argument("notebook", type=_FILE, required=False)
@click.option("--seed", help="The secret seed (by default the one of this installation).")
@click.option("--other-python", is_flag=True, help="Go on where another Python graded.")
def replay(receipt: Path, notebook: Path | None, seed: str | None, other_python: bool) -> None:
    """Grade a submission again from its RECEIPT and compare question by question.

    NOTEBOOK is the file where the receipt says unless it is given. Exit status 0 when the score is
    the same, 1 when it differs or the notebook or the receipt is not what was graded, 2 for wrong
    usage or another Python than the receipt's, 3 for an infrastructure error.
    """
    try:
        record, content = read_receipt(receipt)
    except ReceiptError as error:
        raise click.UsageError(str(error)) from None
    data = _read(notebook or _named(record))
    if sentence := work_differs(record, data):
        click.echo(sentence)
        sys.exit(1)
    if not other_python and (sentence := why_other_python(record)):
        raise click.UsageError(f"{sentence} (--other-python compares all the same.)")
    assignment = find_assignment(record.assignment)
    refuse_without_sandbox()
    secret = seed.encode() if seed else secret_seed()
    for note in conditions_differ(record, assignment, secret):
        click.echo(note)
    changed = was_changed(record, content, secret)
    if changed:
        click.echo("The receipt was changed after it was written: its seal does not hold.")
    result = _grade_again(assignment, record, data, secret)
    if result.status is Status.INFRASTRUCTURE_ERROR:
        click.echo(f"The submission could not be graded: {result.error}", err=True)
        sys.exit(3)
    if not _report(record, result) or changed:
        sys.exit(1)


def _named(record: Record) -> Path:
    path = Path(record.source)
    if not record.source or not path.is_file():
        raise click.UsageError(
            f"the notebook is not at {record.source!r} any more: name it after the receipt"
        )
    return path


def _read(path: Path) -> bytes:
    try:
        return named_file(path).read()
    except FileRefused as refused:
        raise click.UsageError(f"{path}: {refused}") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}") from None


def _grade_again(assignment: Assignment, record: Record, data: bytes, seed: bytes) -> GradeResult:
    with GradingPool(seed=seed, assignments=assignment.folder.parent) as pool:
        return pool.grade(assignment, data, submission=record.submission, keep_outputs=False)


def _report(record: Record, result: GradeResult) -> bool:
    found = changes(record, result)
    for change in found:
        click.echo(f"{change.name}: the receipt says {change.before}, now {change.after}.")
    if not found:
        count = len(record.questions)
        click.echo(f"{record.submission}: the same score, question by question ({count}).")
    return not found
