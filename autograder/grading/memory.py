"""How much memory a checker process may take for what a submission makes it compute."""

from __future__ import annotations

import resource
from pathlib import Path

ROOM_BYTES = 2 * 2**30


def bound_memory(room: int = ROOM_BYTES) -> None:
    """From here on, this process may grow by that many bytes; more is a MemoryError.

    A function that a check hands to a student's is called here with what the student chose, so an
    array of a few megabytes may ask for the machine's whole memory.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _data_bytes() + room
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _data_bytes() -> int:
    """What the kernel counts against RLIMIT_DATA now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "VmData":
            return int(value.split()[0]) * 1024
    raise OSError("the kernel does not say how much memory this process uses")
