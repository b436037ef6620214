"""Where in a notebook something stands that is missing: which cell would have defined it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.results import CellOutput
from autograder.submitted.notebook import Cell, Notebook

_NO_NAME = re.compile(r"\W")
_KINDS = {"markdown": "Markdown", "raw": "raw"}
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
# What runs under these gives its names to the notebook.
_RUNNING = ("time", "capture", "prun")
_NOT_DEFINED = re.compile(r"name '(\w+)' is not defined")


def defining_cell(
    name: str, cells: Sequence[Cell], results: Mapping[int, CellOutput]
) -> CellOutput | None:
    """The cell that would define the name but did not run to its end, by its place in `results`."""
    defines = _defining(name, rf"|{name}[ \t]*+=")
    for place, cell in enumerate(cells):
        result = results.get(place)
        if result is not None and not result.ok and defines.search(cell.source):
            return result
    return None


def misplaced(name: str, notebook: Notebook) -> str:
    """`it stands in cell 21, which is Markdown: …` where a cell that does not run defines it."""
    if not name or _NO_NAME.search(name):
        return ""
    defines = _defining(name, rf"|{name}[ \t]*+=[ \t]*+lambda\b")
    for cell in reversed(notebook.cells):
        if defines.search(cell.source) and (kept := _keeps_from_running(cell)):
            return f"it stands in cell {cell.index + 1}, {kept}"
    return ""


def _keeps_from_running(cell: Cell) -> str:
    if cell.kind != "code":
        return f"which is {_KINDS[cell.kind]}: make it a code cell again"
    magic = _CELL_MAGIC.match(cell.source)
    if magic and magic[1] not in _RUNNING:
        return f"whose `%%{magic[1]}` keeps it from running here: take that line away"
    return ""


def missing_name(message: str) -> str:
    """The name of which a NameError speaks."""
    found = _NOT_DEFINED.match(message)
    return found[1] if found else ""


def _defining(name: str, otherwise: str) -> re.Pattern[str]:
    # Blanks are never given back: a cell of nothing but blank lines would take forever.
    define = rf"(?:(?:async[ \t]++)?def|class)[ \t]++{name}\b"
    return re.compile(rf"^[ \t]*+(?:{define}{otherwise})", re.MULTILINE)
