"""How long a client may take, how much it may send, and how many may be connected."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass

log = logging.getLogger("heldout.web")

# What the process opens besides: the database, its threads' files, the log.
_OTHER_FILES = 256
_FILES_A_CONNECTION = 2  # its socket and, for a while, its body
MOST_CONNECTIONS = 4096
_FEW_CONNECTIONS = 1000


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes.

    `patience` is how long the head of a request may take, how long a connection may idle, and how
    long a client may take nothing of its answer. A body or an answer has that and the time that it
    takes at `pace` bytes a second. Who was refused while still sending has `linger` to read why.
    `received` is what may lie here of bodies that are not answered
    yet; `of_one_address` are connections, and 0 where addresses say nothing.
    """

    connections: int = MOST_CONNECTIONS
    of_one_address: int = MOST_CONNECTIONS // 2
    patience: float = 20.0
    linger: float = 5.0
    pace: int = 16 * 1024
    head: int = 32 * 1024
    in_memory: int = 64 * 1024
    received: int = 2**31

    def seconds_for(self, size: int) -> float:
        """How long so many bytes may take on their way."""
        return self.patience + size / self.pace


def raise_open_files() -> int:
    """Let this process open as many files as it may; how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OTHER_FILES + _FILES_A_CONNECTION * MOST_CONNECTIONS
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, (soft - _OTHER_FILES) // _FILES_A_CONNECTION))


def warn_of_few(connections: int) -> None:
    """Say what to do where the host allows fewer connections than a class needs."""
    if connections < _FEW_CONNECTIONS:
        log.warning(
            "This process may hold %d connections, expected at least %d: allow it %d open files"
            " (`ulimit -n`, or LimitNOFILE= of its systemd unit).",
            connections,
            _FEW_CONNECTIONS,
            _OTHER_FILES + _FILES_A_CONNECTION * _FEW_CONNECTIONS,
        )
