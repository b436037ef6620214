"""Two recordings beside each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

_CONTEXT = 1


def differences(before: Path, after: Path) -> Iterator[str]:
    """Lines that say what differs, file by file; none where the recordings are the same."""
    old, new = _files(before), _files(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"only before: {name}"
        elif name not in old:
            yield f"only after: {name}"
        elif old[name].read_bytes() != new[name].read_bytes():
            yield from difflib.unified_diff(
                old[name].read_text(encoding="utf-8").splitlines(),
                new[name].read_text(encoding="utf-8").splitlines(),
                f"before/{name}",
                f"after/{name}",
                n=_CONTEXT,
                lineterm="",
            )


def summary(lines: list[str]) -> str:
    """How many files differ."""
    changed = sum(line.startswith("--- ") for line in lines)
    lost = sum(line.startswith("only before: ") for line in lines)
    added = sum(line.startswith("only after: ") for line in lines)
    if not lines:
        return "The same."
    return f"{changed} files differ, {lost} are only before, {added} only after."


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
