"""The sandbox's inside without its hardening, for comparison alone: the product has none of it.

What stays is a plain sandbox: bubblewrap, an unprivileged user, and namespaces, file systems and
processes of its own for each submission. What goes is the filter, the limits, the quotas, the
covered devices, the pinning, the keeper's watch over memory, the wait for the empty namespace and
the survey of frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.sandbox import outside_mounts, wire

SANDBOX = Path(outside_mounts.__file__).parent
_CONFINE = """
def mount_private(confinement):
    _check(_libc.mount(None, b"/", None, _PRIVATE_RECURSIVE, None), "make mounts private")
    for place in ("/tmp", HOME, "/dev/shm"):
        _mount("tmpfs", place, "tmpfs", 0, "mode=700")
    _mount("proc", "/proc", "proc", 0, "")
    for name in os.listdir(FILES):
        os.symlink(f"{FILES}/{name}", f"{HOME}/{name}")

def keep_to_cpus(confinement):
    pass

def give_up_privileges(confinement):
    pass
"""
_ZYGOTE = """
def _watch(first, channel, limit, baseline):
    ended = os.pidfd_open(first)
    ready = select.select([ended, channel], [], [])[0]
    os.kill(first, signal.SIGKILL)
    return {"reason": "closed" if channel in ready else "exited", "detail": "0", "peak_kb": 0}

"""
_WIRE = """
def _survey(body):
    pass
"""
_MAIN = 'if __name__ == "__main__":'
_REPLACED = {"inside_confine.py": _CONFINE, "inside_zygote.py": _ZYGOTE, "wire.py": _WIRE}


class NothingToReplace(Exception):
    """The product no longer has a function that this file replaces: the comparison would lie."""


def write_inside(folder: Path) -> Path:
    """The inside's files in `folder`, those functions replaced."""
    for path in [SANDBOX / "wire.py", *SANDBOX.glob("inside_*.py")]:
        text = path.read_text(encoding="utf-8")
        replaced = _REPLACED.get(path.name, "")
        for line in replaced.splitlines():
            if line.startswith("def ") and f"\n{line.partition('(')[0]}(" not in text:
                raise NothingToReplace(f"{path.name} has no `{line}`")
        head, main, rest = text.partition(_MAIN)
        (folder / path.name).write_text(head + replaced + main + rest, encoding="utf-8")
    return folder


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A sandbox that is built within the block has the inside of `folder`."""

    def inside() -> Iterator[str]:
        for path in sorted(folder.glob("*.py")):
            target = f"{outside_mounts.INSIDE}/heldout_inside/{path.name}"
            yield from ("--ro-bind", str(path), target)

    with _replaced(outside_mounts, "_inside", inside):
        yield


@contextmanager
def without_survey() -> Iterator[None]:
    """Frames that are decoded within the block are not counted before they are built."""
    with _replaced(wire, "_survey", lambda body: None):
        yield


@contextmanager
def _replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)
