"""`heldout release`: the student version of an assignment, made through nbgrader."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.assignment import find_assignment


@click.command()
@click.argument("assignment")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The folder.")
def release(assignment: str, output: Path) -> None:
    """Write the student version of ASSIGNMENT: no solutions, no hidden checks."""
    from autograder.nbgrader.release import ReleaseError
    from autograder.nbgrader.release import release as make_release

    described = find_assignment(assignment)
    try:
        click.echo(f"Wrote {make_release(described, output)}")
    except ReleaseError as error:
        raise click.UsageError(str(error)) from None
