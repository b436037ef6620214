"""`heldout similarity`: which notebooks of a class share passages, without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from autograder.assignment import find_assignment
from autograder.cli.files import refuse_unwritable_file, write_whole
from autograder.similarity import Document, Pair, compare
from autograder.submitted.intake import IntakeError, Source, find_sources
from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook

_PATH = click.Path(path_type=Path)
_SHOWN = 50


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option(
    "--release",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The notebook that students were given.",
)
@click.option("--assignment", help="The assignment, whose release is made and left out.")
@click.option("--json", "json_file", type=_PATH, help="Write the pairs here.")
def similarity(
    paths: Sequence[Path], release: Path | None, assignment: str | None, json_file: Path | None
) -> None:
    """Show which notebooks share code that the release does not give.

    PATHS are notebooks, folders, zips of them and nbgrader submitted/ trees, as for `heldout
    grade`; name what students were given by --release or --assignment. Nothing is executed. A high
    figure is a reason to look at a pair, not a finding.
    """
    if (release is None) == (assignment is None):
        raise click.UsageError("name what students were given by --release or by --assignment")
    refuse_unwritable_file(json_file)
    name, given = _released(release, assignment or "")
    try:
        sources = find_sources(paths, name)
    except IntakeError as error:
        raise click.UsageError(str(error)) from None
    read: list[Source] = []
    found = compare(_documents(sources, read), [given])
    if len(read) < 2:
        raise click.UsageError(f"{len(read)} of {len(sources)} notebooks can be read, expected 2")
    if json_file:
        records = [_record(pair, read) for pair in found.pairs]
        try:
            write_whole(json_file, json.dumps(records, indent=1))
        except OSError as error:
            raise click.UsageError(f"cannot write {json_file}: {error.strerror}") from None
    _show(found.pairs, read)


def _released(release: Path | None, assignment: str) -> tuple[str, Notebook]:
    """The assignment's id, which nbgrader trees are searched for, and its release."""
    if release is None:
        from autograder.nbgrader.release import ReleaseError, release_notebook

        described = find_assignment(assignment)
        try:
            return described.id, parse_notebook(release_notebook(described))
        except ReleaseError as error:
            raise click.UsageError(str(error)) from None
    try:
        return release.stem, parse_notebook(release.read_bytes())
    except OSError as error:
        raise click.UsageError(f"cannot read {release}: {error.strerror}") from None
    except NotebookRejected as rejection:
        raise click.UsageError(f"{release}: {rejection}") from None


def _documents(sources: Sequence[Source], read: list[Source]) -> Iterator[Document]:
    """Each notebook as one student's; notes in `read` which these are, in their order."""
    for source in sources:
        submission = source.read()
        try:
            if submission.data is None:
                raise NotebookRejected(submission.error)
            notebook = parse_notebook(submission.data)
        except NotebookRejected as rejection:
            click.echo(f"{source.source} is not compared: {rejection}", err=True)
            continue
        read.append(source)
        yield Document(len(read) - 1, len(read) - 1, notebook)


def _record(pair: Pair, read: Sequence[Source]) -> dict[str, str | int | float]:
    left, right = read[pair.left], read[pair.right]
    return {
        "left": left.name,
        "right": right.name,
        "left_source": left.source,
        "right_source": right.source,
        "figure": round(pair.figure, 6),
        "shared": pair.shared,
    }


def _show(pairs: Sequence[Pair], read: Sequence[Source]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("Pair", title="Similarity", title_justify="left")
    table.add_column("figure", justify="right")
    table.add_column("shared fingerprints", justify="right")
    for pair in pairs[:_SHOWN]:
        names = f"{read[pair.left].name} and {read[pair.right].name}"
        table.add_row(escape(names), f"{pair.figure:.0%}", str(pair.shared))
    if pairs:
        Console().print(table)
    rest = f", the first {_SHOWN} are shown" if len(pairs) > _SHOWN else ""
    some = f"{len(pairs)} pair{'s share' if len(pairs) != 1 else ' shares'} code{rest}"
    click.echo(f"{len(read)} notebooks compared: {some}.")
    if pairs:
        click.echo("A high figure is a reason to look at a pair, not a finding.")
