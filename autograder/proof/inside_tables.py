"""Rows with labels: in what calls told, and in public files; a part of the adversary's cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.proof.inside_forms import leaves

_CHUNK = 500


def tables_in(told: Any) -> Iterator[tuple[Any, Any]]:
    """Every pair of a table and a label for each of its rows."""
    arrays = [leaf for leaf in leaves(told) if isinstance(leaf, np.ndarray)]
    for rows in arrays:
        for labels in arrays:
            if rows.ndim == 2 and labels.ndim == 1 and len(rows) == len(labels) > 1:
                yield rows, labels


def public_tables() -> list[tuple[Any, Any]]:
    """What lies in the assignment's public files: pairs as above."""
    found: list[tuple[Any, Any]] = []
    for path in sorted(Path().iterdir()):
        if path.suffix == ".npz":
            with np.load(path) as file:
                found += tables_in(list(file.values()))
        elif path.suffix == ".csv":
            table = np.genfromtxt(path, delimiter=",", skip_header=1)
            if table.ndim == 2:
                found.append((table[:, :-1], table[:, -1]))
    return found


def nearest(table: Any, rows: Any) -> Any:
    """For each row the place of the nearest one in the table, and whether it is the same."""
    scale = table.std(axis=0) + 1e-9
    known, places = table / scale, []
    squares = (known**2).sum(axis=1)
    for start in range(0, len(rows), _CHUNK):
        asked = rows[start : start + _CHUNK] / scale
        places.append((squares - 2 * asked @ known.T).argmin(axis=1))
    place = np.concatenate(places)
    return place, np.isclose(table[place], rows).all(axis=1)
