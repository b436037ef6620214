"""A notebook without what grading throws away: outputs, and pictures that no cell shows.

What judges reads the cells' sources and nbgrader's names alone, and every cell is run anew. So the
outputs that a student saved are not kept: they may be a hundred times as large as the work.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import msgspec

_Parts = dict[str, msgspec.Raw]
# Of a cell and of the notebook; other metadata is what tools left behind.
_OF_A_CELL = ("cell_type", "id", "execution_count")
_OF_METADATA = ("nbgrader", "tags", "deletable", "editable")
_OF_NOTEBOOK = ("kernelspec", "language_info")
_LARGEST_PART = 16 * 1024
_BOM = b"\xef\xbb\xbf"

_decode = msgspec.json.Decoder(_Parts).decode
_decode_cells = msgspec.json.Decoder(list[_Parts]).decode
_encode = msgspec.json.encode


def without_outputs(data: bytes, digest: str, digest_of: Callable[[bytes], str]) -> bytes:
    """The notebook as it is kept: smaller, and the same work; else `data` itself.

    What is no strict JSON stays as it is, and so does whatever would have another digest.
    """
    try:
        kept = _encode(_notebook(_decode(data.removeprefix(_BOM))))
    except (msgspec.DecodeError, UnicodeError, RecursionError, KeyError):
        return data
    if 10 * len(kept) > 9 * len(data) or digest_of(kept) != digest:
        return data
    return kept


def _notebook(parts: _Parts) -> dict[str, object]:
    metadata = _decode(parts["metadata"]) if "metadata" in parts else {}
    return {
        "cells": [_cell(cell) for cell in _decode_cells(parts["cells"])],
        "metadata": _small(metadata, _OF_NOTEBOOK),
        **{key: parts[key] for key in ("nbformat", "nbformat_minor") if key in parts},
    }


def _cell(cell: _Parts) -> dict[str, object]:
    kept: dict[str, object] = {**_small(cell, _OF_A_CELL), "source": cell["source"]}
    kept["metadata"] = _small(_decode(cell["metadata"]), _OF_METADATA) if "metadata" in cell else {}
    if bytes(cell["cell_type"]) == b'"code"':
        kept["outputs"] = []
    if "attachments" in cell and (shown := _shown(cell)):
        kept["attachments"] = shown
    return kept


def _small(parts: _Parts, names: tuple[str, ...]) -> _Parts:
    """Those of the named parts that are no larger than such a part is."""
    found = {name: parts[name] for name in names if name in parts}
    return {name: part for name, part in found.items() if len(bytes(part)) <= _LARGEST_PART}


def _shown(cell: _Parts) -> _Parts:
    """The pictures that the cell's own text shows, which belong to an answer."""
    source = bytes(cell["source"])
    return {
        name: part
        for name, part in _decode(cell["attachments"]).items()
        if any(f"attachment:{n}".encode() in source for n in (name, quote(name)))
    }
