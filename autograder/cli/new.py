"""`heldout new`: a new assignment, sound from the first minute, to be changed into one's own."""

from __future__ import annotations

import re
from pathlib import Path

import click

from autograder.assignment import (
    AssignmentError,
    assignments_folder,
    is_beside_packages,
    load_assignment,
)

_TEMPLATE = Path(__file__).resolve().parent.parent / "template"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NUMBER = re.compile(r"^[a-z]\d+_")


@click.command()
@click.argument("name")
@click.option("--title", default="", help="What students read; else made from the name.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write it, made if need be; else the folder of assignments.",
)
def new(name: str, title: str, folder: Path | None) -> None:
    """Write the assignment NAME, such as a08_attention, into the folder of assignments.

    It is a small example with every part: a notebook, hidden checks, and solutions known to be
    wrong and right. `heldout validate` proves it sound, before and after you change it.
    """
    home = write_assignment(name, title or _title_of(name), folder or _own_folder(name))
    given = name if folder is None else home
    click.echo(f"Wrote {home}")
    click.echo(f"Next: heldout validate {given}, then change one part after the other.")


def _own_folder(name: str) -> Path:
    """The folder of assignments; raises AssignmentError where nobody has chosen one.

    An installed Heldout has none of its own: what lies among installed packages goes with them.
    """
    folder = assignments_folder()
    if is_beside_packages(folder):
        raise AssignmentError(
            f"no folder is chosen and nothing is written: `heldout new {name} --folder assignments`"
            f" would write {Path('assignments', name).absolute()}; HELDOUT_ASSIGNMENTS sets it too"
        )
    return folder


def write_assignment(name: str, title: str, folder: Path | None = None) -> Path:
    """Write it whole or not at all; raises AssignmentError for a name that is taken or no name."""
    if not _NAME.fullmatch(name):
        raise AssignmentError(
            f"{name!r} cannot be an assignment's id: use lower-case letters, digits and _"
        )
    home = (folder or assignments_folder()) / name
    if home.exists():
        raise AssignmentError(f"{home} exists already: choose another name")
    unfinished = home.with_name(f".{name}.unfinished")
    try:
        for path in sorted(_TEMPLATE.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                _copy(path, unfinished, name, title)
        unfinished.rename(home)
    except OSError as error:
        raise AssignmentError(f"{home} cannot be written: {error.strerror or error}") from None
    load_assignment(home)
    return home


def _copy(path: Path, home: Path, name: str, title: str) -> None:
    place = path.relative_to(_TEMPLATE)
    if place.name == "notebook.ipynb":
        place = place.with_name(f"{name}.ipynb")
    # A quote or a backslash would end the text that the title stands in, in TOML as in JSON.
    plain = re.sub(r'["\\\x00-\x1f]', "'", title)
    target = home / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(path.read_text(encoding="utf-8").replace("TITLE", plain), encoding="utf-8")


def _title_of(name: str) -> str:
    return _NUMBER.sub("", name).replace("_", " ").strip().capitalize() or name
