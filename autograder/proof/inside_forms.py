"""What an answer looks like, whatever numbers stand in it; a part of the adversary's cell."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def copied(value: Any) -> Any:
    """The value with arrays, containers and generators of its own."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return _like(value, [copied(item) for item in value])
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, np.random.Generator):
        return copy.deepcopy(value)
    return value


def _like(value: Any, items: list[Any]) -> Any:
    """The items in the container that the value is; a named tuple takes each by itself."""
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)


def leaves(value: Any) -> Iterator[Any]:
    """Every array and number in it, however deep."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        yield from leaves(list(value.values()))


def filled(value: Any, fill: Callable[[Any], Any]) -> Any:
    """The same structure with `fill(leaf)` for each array and number in it."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        return fill(value)
    if isinstance(value, (list, tuple)):
        return _like(value, [filled(item, fill) for item in value])
    if isinstance(value, dict):
        return {key: filled(item, fill) for key, item in value.items()}
    return value


def full(leaf: Any, number: float) -> Any:
    """That number in the type and shape of the leaf."""
    return np.full_like(leaf, number) if isinstance(leaf, np.ndarray) else type(leaf)(number)


def form(value: Any) -> str:
    """What a structure looks like, whatever numbers stand in it."""
    return repr(filled(value, lambda leaf: (str(np.asarray(leaf).dtype.kind), np.shape(leaf))))
