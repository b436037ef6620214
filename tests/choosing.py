"""Which tests are marked by where they lie, who runs them, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parent
_MARKS = {"browser": "browser", "services": "service", "faults": "service"}
_SLOW = ("assignments", "bench", "security", "reference", "autograder/grading", "webapp/migrations")
_SERVERS = {"postgresql", "redis", "rabbitmq"}
# The longest first, so that at the end of a run no process waits long for another.
_FIRST = ("assignments", "browser", "services", "faults", "bench", "security", "autograder")
# What is made once in a process and is dear: all of its tests go to one process.
_TOGETHER = ("browser", "security")
_APART = ("assignments",)


def mark(item: pytest.Item) -> None:
    """Name what a test needs besides this process: a browser, a server, or patience."""
    folder = _folder(item)
    if folder in _MARKS:
        item.add_marker(_MARKS[folder])
    elif _SERVERS & _needs(item):
        item.add_marker("service")
    if item.path.relative_to(_ROOT).as_posix().startswith(tuple(f"{name}/" for name in _SLOW)):
        item.add_marker("slow")


class ByGroup(LoadScopeScheduling):
    """Hands out tests by their group: a folder's, a file's, or a test alone where it is long."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        if folder in _TOGETHER:
            return folder
        return nodeid if folder in _APART else nodeid.partition("::")[0]


def place(item: pytest.Item) -> int:
    """Where a test comes in the order of a run."""
    folder = _folder(item)
    return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(_ROOT).parts[0]


def _needs(item: pytest.Item) -> set[str]:
    """Its fixtures, and the kind of database that it is run on."""
    drawn = getattr(item, "callspec", None)
    given = {str(value) for value in drawn.params.values()} if drawn else set()
    return given | set(getattr(item, "fixturenames", ()))
