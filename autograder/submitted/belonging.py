"""What an assignment's source notebook says of its submissions: its own texts, names and ids."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.submitted.answers import ANY_ANSWER
from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook

_DEFINED = re.compile(r"^(?:async def|def|class) (\w+)", re.MULTILINE)
# Also `name = ...`, and what an import binds.
_BOUND = re.compile(
    r"^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)|\b(?:as|import)[ \t]+(\w+)", re.MULTILINE
)
# What one stray id or helper function has in common with another assignment says nothing.
_ENOUGH = 2


@dataclass(frozen=True)
class Outline:
    """An assignment by its source: what it asks for, their cells' ids, and what it gives.

    `names` are what its solutions define, `known` all that its notebook defines.
    """

    id: str
    names: frozenset[str]
    known: frozenset[str]
    grade_ids: frozenset[str]
    texts: frozenset[str]


def outline(source: Path) -> Outline:
    """The outline of a source notebook, empty where it cannot be read."""
    try:
        state = source.stat()
    except OSError:
        return _outline_of(source, 0, 0)
    return _outline_of(source, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=256)
def _outline_of(source: Path, _changed: int, _size: int) -> Outline:
    try:
        notebook = parse_notebook(source.read_bytes())
    except (OSError, NotebookRejected):
        return Outline(source.stem, *[frozenset[str]()] * 4)
    solved = [cell for cell in notebook.code_cells if "BEGIN SOLUTION" in cell.source]
    answers = {cell.grade_id for cell in notebook.markdown_cells if cell.grade_id}
    texts = (cell for cell in notebook.cells if cell.kind != "code")
    return Outline(
        source.stem,
        frozenset(name for cell in solved for name in _DEFINED.findall(cell.source)),
        frozenset(name for cell in notebook.code_cells for name in _given_names(cell.source)),
        frozenset(cell.grade_id for cell in notebook.cells if cell.grade_id),
        frozenset(cell.source.strip() for cell in texts if cell.grade_id not in answers),
    )


def _given_names(source: str) -> Iterator[str]:
    """Every name that a cell of code gives something."""
    yield from _DEFINED.findall(source)
    yield from (name for pair in _BOUND.findall(source) for name in pair)


def beside(source: Path) -> list[Outline]:
    """The outlines of the assignments whose folders lie beside that of a source notebook."""
    folders = (found.parent for found in sorted(source.parent.parent.glob("*/assignment.toml")))
    return [outline(folder / f"{folder.name}.ipynb") for folder in folders]


def looks_like(other: str, own: str) -> str:
    """The sentence for a notebook that was taken for another assignment's."""
    return f"This looks like the notebook of {other}, and nothing in it is asked for by {own}."


def taken_for(
    notebook: Notebook, own: Outline, others: Iterable[Outline], *, questions: AbstractSet[str]
) -> str:
    """The id of the other assignment whose notebook this is, or nothing.

    Nothing of `own` may stand in it, under no id and no name that it gives something, but for what
    the other's notebook defines by itself: so no work for `own` is ever taken for another's. Its
    `questions` are ids as well, whether or not its source names a cell by them.
    """
    own = replace(own, grade_ids=own.grade_ids | questions)
    found = _Found.of(notebook)
    strange = [each for each in others if each.id != own.id and not found.bears(own, each)]
    likely = max(strange, key=lambda other: found.count(other, own), default=None)
    return likely.id if likely and found.count(likely, own) >= _ENOUGH else ""


@dataclass(frozen=True)
class _Found:
    defined: frozenset[str]
    bound: frozenset[str]
    grade_ids: frozenset[str]

    @classmethod
    def of(cls, notebook: Notebook) -> _Found:
        everywhere = [cell.source for cell in notebook.cells]
        answers = (name for source in everywhere for name in ANY_ANSWER.findall(source))
        ids = (cell.grade_id for cell in notebook.cells if cell.grade_id)
        return cls(
            frozenset(name for source in everywhere for name in _DEFINED.findall(source)),
            frozenset(name for cell in notebook.code_cells for name in _given_names(cell.source)),
            frozenset((*ids, *answers)),
        )

    def bears(self, own: Outline, other: Outline) -> bool:
        """Whether anything in it is the first's alone."""
        ids, names = own.grade_ids - other.grade_ids, own.names - other.known
        return bool(self.grade_ids & ids or (self.defined | self.bound) & names)

    def count(self, other: Outline, own: Outline) -> int:
        """How much in it is the first's alone."""
        ids, names = other.grade_ids - own.grade_ids, other.names - own.known
        return len(self.grade_ids & ids) + len(self.defined & names)
