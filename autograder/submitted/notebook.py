"""Strict parsing of an uploaded notebook: hostile bytes in, source cells out.

Only the cells' sources count, with the `grade_id` that nbgrader gives a cell. Outputs,
other metadata, the kernelspec, attachments and cell ids are skipped by the decoder and
never become Python objects, so their size, depth and number formats cost nothing.
A key that stands twice in one object means its last value, as in Jupyter.

Every text that leaves this module can be encoded as UTF-8, has `\\n` as its only newline
and contains no NUL: lone surrogates and NULs are replaced by U+FFFD.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, cast

import msgspec

from autograder.submitted.lenient_json import repair
from autograder.submitted.not_a_notebook import (
    NotebookRejected,
    explain_json_value,
    explain_malformed_json,
    explain_version,
    refuse_other_files,
)

MAX_BYTES = 32 * 1024 * 1024
MAX_CELLS = 10_000
MAX_SOURCE_BYTES = 8 * 1024 * 1024
MAX_GRADE_ID_LENGTH = 200

CellKind = Literal["code", "markdown", "raw"]
KINDS: frozenset[str] = frozenset(("code", "markdown", "raw"))

__all__ = [
    "Cell",
    "CellKind",
    "Notebook",
    "NotebookRejected",
    "oversized",
    "parse_notebook",
]


@dataclass(frozen=True)
class Cell:
    """One source cell; `index` is its position in the file, counted from 0."""

    index: int
    kind: CellKind
    source: str
    grade_id: str | None = None


@dataclass(frozen=True)
class Notebook:
    """The source cells of a notebook in file order.

    `digest` is the SHA-256 (hex) of each cell's kind and source and, for Markdown and raw
    cells, its `grade_id`. Two uploads with the same digest are the same work.
    """

    cells: tuple[Cell, ...]
    digest: str

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def markdown_cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind == "markdown")


_ABSENT = msgspec.Raw(b"")


class _File(msgspec.Struct, gc=False):
    cells: msgspec.Raw = _ABSENT
    worksheets: msgspec.Raw = _ABSENT
    nbformat: msgspec.Raw = _ABSENT


class _CellInFile(msgspec.Struct, gc=False):
    cell_type: str
    source: msgspec.Raw = _ABSENT
    metadata: msgspec.Raw = _ABSENT


class _NbgraderMetadata(msgspec.Struct):
    grade_id: str | None = None


class _CellMetadata(msgspec.Struct):
    nbgrader: _NbgraderMetadata = msgspec.field(default_factory=_NbgraderMetadata)


_decode_file = msgspec.json.Decoder(_File).decode
_decode_cells = msgspec.json.Decoder(list[_CellInFile]).decode
_decode_source = msgspec.json.Decoder(str | list[str] | None).decode
_decode_metadata = msgspec.json.Decoder(_CellMetadata).decode
_decode_version = msgspec.json.Decoder(int).decode


def parse_notebook(data: bytes) -> Notebook:
    """Read the source cells of an nbformat 4 notebook (4.0 to 4.5).

    Raises NotebookRejected with one sentence for the student, and nothing else, whatever
    the bytes are.
    """
    if len(data) > MAX_BYTES:
        raise NotebookRejected(oversized(len(data)))
    data = data.removeprefix(b"\xef\xbb\xbf")
    refuse_other_files(data)
    try:
        cells = _read_cells(_read_file(data))
    except RecursionError:
        raise NotebookRejected(
            "The file is nested too deeply to be a notebook: open it in Jupyter and save it again."
        ) from None
    return Notebook(cells=cells, digest=_digest(cells))


def oversized(size: int) -> str:
    """The sentence for a file of `size` bytes, more than MAX_BYTES."""
    return (
        f"The file has {_megabytes(size)} MB, but at most {_megabytes(MAX_BYTES)} MB are accepted:"
        " clear the notebook's outputs, save it and try again."
    )


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}".removesuffix(".0")


def _read_file(data: bytes) -> _File:
    """Decode the file's top level; `data` is repaired once if strict JSON does not fit."""
    try:
        return _decode_file(data)
    except msgspec.ValidationError:
        raise NotebookRejected(explain_json_value(data)) from None
    except (msgspec.DecodeError, UnicodeError):
        pass
    repaired = repair(data)
    try:
        return _decode_file(repaired)
    except msgspec.ValidationError:
        raise NotebookRejected(explain_json_value(repaired)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotebookRejected(explain_malformed_json(repaired, error)) from None


def _size(value: msgspec.Raw) -> int:
    """The undecoded value's length in bytes, 0 if it is absent."""
    return len(memoryview(value))


def _read_cells(file: _File) -> tuple[Cell, ...]:
    _require_version_4(file)
    if not _size(file.cells):
        raise NotebookRejected("The file has no list of cells, so it is not a notebook.")
    try:
        in_file = _decode_cells(file.cells)
    except msgspec.ValidationError as error:
        raise NotebookRejected(_damaged_cells(str(error))) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotebookRejected(explain_malformed_json(bytes(file.cells), error)) from None
    if len(in_file) > MAX_CELLS:
        raise NotebookRejected(
            f"The notebook has {len(in_file)} cells, but at most {MAX_CELLS} are accepted."
        )
    known = [(index, cell) for index, cell in enumerate(in_file) if cell.cell_type in KINDS]
    size = sum(_size(cell.source) for _, cell in known)
    if size > MAX_SOURCE_BYTES:
        raise NotebookRejected(
            f"The notebook's cells hold {_megabytes(size)} MB of text, but at most"
            f" {_megabytes(MAX_SOURCE_BYTES)} MB are accepted."
        )
    return tuple(_read_cell(index, cell) for index, cell in known)


def _require_version_4(file: _File) -> None:
    try:
        version = _decode_version(file.nbformat) if _size(file.nbformat) else None
    except (msgspec.DecodeError, UnicodeError):
        version = None
    if version != 4:
        old = version is not None and version < 4
        raise NotebookRejected(explain_version(version, old=old or _size(file.worksheets) > 0))


def _damaged_cells(message: str) -> str:
    place = re.search(r"\$\[(\d+)\]", message)
    if place is None:
        return "The notebook's `cells` are not a list: open it in Jupyter and save it again."
    return (
        f"Cell {int(place[1]) + 1} of the notebook is damaged (no cell with a type):"
        " open the notebook in Jupyter and save it again."
    )


def _read_cell(index: int, cell: _CellInFile) -> Cell:
    try:
        # A cell without a source, as some editors write it, is an empty one.
        source = _decode_source(cell.source) if _size(cell.source) else None
    except (msgspec.DecodeError, UnicodeError) as error:
        kind = "UTF-8 text" if isinstance(error, UnicodeError) else "text or a list of lines"
        raise NotebookRejected(
            f"Cell {index + 1} of the notebook has a source that is not {kind}:"
            " open the notebook in Jupyter and save it again."
        ) from None
    text = source if isinstance(source, str) else "".join(source or ())
    return Cell(index, cast(CellKind, cell.cell_type), _plain(text), _grade_id(cell.metadata))


def _plain(text: str) -> str:
    """Without byte-order marks, which come along when a file's text is pasted into a cell."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd").replace("\ufeff", "")


def _grade_id(metadata: msgspec.Raw) -> str | None:
    """The cell's nbgrader `grade_id`; metadata of any other shape simply has none."""
    try:
        grade_id = _decode_metadata(metadata).nbgrader.grade_id
    except (msgspec.DecodeError, UnicodeError):
        return None
    if not grade_id or len(grade_id) > MAX_GRADE_ID_LENGTH:
        return None
    return _plain(grade_id)


def _digest(cells: tuple[Cell, ...]) -> str:
    canonical = [
        (cell.kind, cell.source, cell.grade_id if cell.kind != "code" else None) for cell in cells
    ]
    return hashlib.sha256(b"notebook 1\n" + msgspec.msgpack.encode(canonical)).hexdigest()
