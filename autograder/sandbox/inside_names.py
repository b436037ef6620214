"""Names of a notebook whose cells run again: the last definition in the file counts.

A cell that stopped for a name which is defined further down runs again once that is there. It then
starts from the names that were there before it, and what a later cell has defined meanwhile stays
defined so when it has run. Objects that a cell changed in place stay changed.

Nothing is kept until the first cell stops in this way: most notebooks have none.
"""

from __future__ import annotations

import contextlib
import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any

_GONE = object()
# IPython keeps the last results there, and looks whether they are still its own.
_RESULTS = frozenset(("_", "__", "___"))


class Names:
    """Who wrote which name last, by the cells' places in the file."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._base: dict[str, Any] | None = None
        self._written: dict[str, dict[int, Any]] = {}
        self._seen: set[int] = set()
        self._codes: list[CodeType] = []
        self.unresolved = False

    def note_code(self, code: CodeType) -> None:
        """The running cell runs this."""
        self._codes.append(code)

    @contextlib.contextmanager
    def run_of(self, place: int) -> Iterator[None]:
        """Run the cell at that place; `unresolved` says afterwards whether it should run again."""
        if place in self._seen and self._base is not None:
            self._go_back_before(place)
        self._seen.add(place)
        before = dict(self._namespace)
        self._codes, self.unresolved = [], False
        yield
        if self._base is None and self.unresolved:
            self._base = before
        if self._base is not None:
            self._note(place, before)
            self._put({name: max(places) for name, places in self._written.items()})

    def forget(self) -> None:
        """No cell runs again from here on."""
        self._base = None
        self._written.clear()

    def _go_back_before(self, place: int) -> None:
        chosen: dict[str, int | None] = {}
        for name, places in self._written.items():
            places.pop(place, None)
            assert self._base is not None
            earlier = max((other for other in places if other < place), default=None)
            there = earlier is not None or name in self._base
            chosen[name] = earlier if there else max(places, default=None)
        self._put(chosen)

    def _put(self, chosen: dict[str, int | None] | dict[str, int]) -> None:
        """Give each name what the cell at that place gave it, or what it was before all."""
        assert self._base is not None
        for name, place in chosen.items():
            base = self._base.get(name, _GONE)
            value = base if place is None else self._written[name][place]
            if value is _GONE:
                self._namespace.pop(name, None)
            else:
                self._namespace[name] = value

    def _note(self, place: int, before: dict[str, Any]) -> None:
        after = self._namespace
        stored = {
            name
            for name in {*before, *after} - _RESULTS
            if before.get(name, _GONE) is not after.get(name, _GONE)
        }
        # The same object may have been given again: a small number, a module.
        stored |= {name for code in self._codes for name in stored_names(code) if name in after}
        for name in stored:
            self._written.setdefault(name, {})[place] = after.get(name, _GONE)


def stored_names(code: CodeType) -> set[str]:
    """The names that a statement gives something, at the level of the cell."""
    return {
        str(step.argval)
        for step in dis.get_instructions(code)
        if step.opname in ("STORE_NAME", "STORE_GLOBAL")
    }
