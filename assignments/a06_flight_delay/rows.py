"""Which rows students get and which stay hidden; run it to write the public files again.

    python assignments/a06_flight_delay/rows.py

The public rows are the first of a fixed permutation, and every hidden check draws from the rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reference.data import Dataset, load_digits, load_flights

FOLDER = Path(__file__).parent
PUBLIC = {"flights": 3506, "digits": 397}
_LOAD = {"flights": load_flights, "digits": load_digits}


def public_rows(name: str) -> Dataset:
    """The rows of `flights` or `digits` that are released with the notebook."""
    return _part(name, slice(PUBLIC[name]))


def hidden_rows(name: str) -> Dataset:
    """All the others."""
    return _part(name, slice(PUBLIC[name], None))


def _part(name: str, part: slice) -> Dataset:
    data = _LOAD[name]()
    rows = np.sort(np.random.default_rng(2013).permutation(len(data.y))[part])
    return Dataset(data.X[rows], data.y[rows], data.group[rows])


def main() -> None:
    """Write both public files beside this one, `X` and `y` each."""
    for name in PUBLIC:
        data = public_rows(name)
        order = np.random.default_rng(28).permutation(len(data.y))
        path = FOLDER / f"{name}_public.npz"
        np.savez_compressed(path, X=data.X[order], y=data.y[order])
        print(f"{path.name}: {len(data.y)} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
