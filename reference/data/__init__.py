"""The two data sets of the capstone, shipped with the package, and how they are split.

Both are small derived tables; `README.md` in this folder has their provenance and licences, and
`reference.data.build` makes them again. They come as plain NumPy arrays, because hidden checks
hand them to students; the capstone moves them to a device.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources

import numpy as np

FLIGHT_COLUMNS = ("temperature", "wind_speed", "visibility", "hour")


@dataclass(frozen=True)
class Dataset:
    """Features, labels and the group of each row: what a split may be asked to keep together.

    Shapes: ``X (n, d)`` float64, ``y (n,)`` float64 in {0, 1} or int64 classes, ``group (n,)``
    int64.
    """

    X: np.ndarray
    y: np.ndarray
    group: np.ndarray


@dataclass(frozen=True)
class Split:
    """One seeded division of a data set: ``X_train``, ``y_train``, ``X_test``, ``y_test``."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def load_flights() -> Dataset:
    """Departures from New York's airports in 2013, one row per airport and hour.

    Columns of ``X (17506, 4)``: temperature (°F), wind speed (mph), visibility (miles, at most
    10) and hour of the day (5 to 23, local time), without gaps. ``y`` is 1 where at least a third
    of the hour's flights left more than 15 minutes late. The group is the day of the year,
    since neighbouring airports and hours share their weather and their delays.
    """
    table = _read("flights.npz")
    X = np.column_stack([table[name].astype(np.float64) for name in FLIGHT_COLUMNS])
    return Dataset(X, table["delayed"].astype(np.float64), table["day"].astype(np.int64))


def load_digits() -> Dataset:
    """Handwritten digits of 8 x 8 pixels with 17 grey levels.

    ``X (1797, 64)`` holds 0 to 16, row by row; ``y`` is the digit. Each row is its own group.
    """
    table = _read("digits.npz")
    X, y = table["pixels"].astype(np.float64), table["digit"].astype(np.int64)
    return Dataset(X, y, np.arange(len(y)))


def split(data: Dataset, *, seed: int, test_fraction: float = 0.3, by_group: bool = False) -> Split:
    """Rows (or whole groups) shuffled by ``seed``, the first ``test_fraction`` of them for testing.

    The same seed gives the same split everywhere. Raises ValueError unless
    0 < test_fraction < 1.
    """
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction is {test_fraction}, expected between 0 and 1")
    rng = np.random.default_rng(seed)
    group = data.group if by_group else np.arange(len(data.y))
    groups = rng.permutation(np.unique(group))
    is_test = np.isin(group, groups[: round(test_fraction * len(groups))])
    rows = rng.permutation(len(group))
    train, test = rows[~is_test[rows]], rows[is_test[rows]]
    return Split(data.X[train], data.y[train], data.X[test], data.y[test])


def split_flights(seed: int, *, test_fraction: float = 0.3, by_day: bool = False) -> Split:
    """`load_flights`, split by row, or by whole days.

    By row the score hardly varies from seed to seed, which is what grading wants. By day it is a
    forecast for days never seen, a little lower and far more variable, since a third of the
    year's stormy days decides it.
    """
    return split(load_flights(), seed=seed, test_fraction=test_fraction, by_group=by_day)


def split_digits(seed: int, *, test_fraction: float = 0.3) -> Split:
    """`load_digits`, split by row."""
    return split(load_digits(), seed=seed, test_fraction=test_fraction)


def _read(name: str) -> dict[str, np.ndarray]:
    content = resources.files(__package__).joinpath(name).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
