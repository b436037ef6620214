"""Memory that the sockets of a network namespace hold: the kernel's, which no process owns.

What is written into a socket and not read lies in kernel memory that no limit of a process counts.
The keeper asks the kernel for it (sock_diag(7)), each time it looks at the processes. A socket that
was closed with something unread is counted by what waits in its peer. What this cannot see, the
filter refuses: datagrams between local sockets, whose queue outlives the sender, and protocols
other than TCP and UDP.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SOCK_DIAG = 4
_BY_FAMILY, _DUMP, _DONE, _ERROR = 20, 0x301, 3, 2
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_BUFFER = 2**18
_ALL = 0xFFFFFFFF
# Connections that are over hold nothing, and there may be thousands.
_LIVING = _ALL & ~(1 << 6)
# Bytes waiting to be read and to be sent, of what was not yet given back, of options, of a backlog.
_READ, _ALLOCATED, _FORWARD, _QUEUED, _OPTIONS, _BACKLOG = 0, 2, 4, 5, 6, 7


@dataclass(frozen=True)
class _Kind:
    """How to ask for one kind of sockets, and where an answer has its memory and its queue."""

    request: bytes
    header: int
    memory: int
    queue: int | None = None


_KINDS = (
    _Kind(struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, _ALL, 0, 0x30, 0, 0), 16, 5, queue=4),
    _Kind(struct.pack("=BBHIIII", socket.AF_NETLINK, 255, 0, 0, 1, 0, 0), 28, 0),
    *(
        _Kind(struct.pack("=BBBBI48x", family, protocol, 1 << 6, 0, _LIVING), 72, 7)
        for family in (socket.AF_INET, socket.AF_INET6)
        for protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP)
    ),
)


class SocketMemory:
    """Counts what the sockets of the namespace that it was made in hold."""

    def __init__(self) -> None:
        self._asking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG)
        self._asking.settimeout(1.0)
        self._asked = 0
        self._kinds = [kind for kind in _KINDS if self._bytes_of(kind) is not None]

    @property
    def complete(self) -> bool:
        """Whether the kernel tells of local sockets and of TCP, the ones that hold much."""
        return _KINDS[0] in self._kinds and _KINDS[2] in self._kinds

    def held(self) -> int:
        """Bytes that the sockets hold now."""
        return sum(self._bytes_of(kind) or 0 for kind in self._kinds)

    def _bytes_of(self, kind: _Kind) -> int | None:
        """Bytes that sockets of one kind hold; None where the kernel does not tell."""
        length, self._asked = _HEADER.size + len(kind.request), self._asked + 1
        header = _HEADER.pack(length, _BY_FAMILY, _DUMP, self._asked, 0)
        try:
            self._asking.send(header + kind.request)
            return sum(_memory(answer, kind) for answer in self._answers())
        except OSError:
            return None

    def _answers(self) -> Iterator[bytes]:
        while True:
            data, place = self._asking.recv(_BUFFER), 0
            while place + _HEADER.size <= len(data):
                length, what, _, number, _ = _HEADER.unpack_from(data, place)
                answer = data[place + _HEADER.size : place + length]
                place += (length + 3) & ~3
                if number != self._asked:
                    continue  # what is left of an answer that took too long
                if what == _ERROR:
                    raise OSError("the kernel does not tell of these sockets")
                if what == _DONE:
                    return
                yield answer


def _memory(answer: bytes, kind: _Kind) -> int:
    found = dict(_attributes(answer, kind.header))
    counts, queue = found.get(kind.memory, b""), b""
    if kind.queue is not None:
        queue = found.get(kind.queue, b"")
    held = 0
    with contextlib.suppress(struct.error):
        told = struct.unpack_from("=8I", counts)
        waiting = max(told[_ALLOCATED], told[_QUEUED])
        held = told[_READ] + waiting + told[_FORWARD] + told[_OPTIONS] + told[_BACKLOG]
    with contextlib.suppress(struct.error):
        held += struct.unpack_from("=I", queue)[0]
    return held


def _attributes(answer: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    while start + _ATTRIBUTE.size <= len(answer):
        length, name = _ATTRIBUTE.unpack_from(answer, start)
        if length < _ATTRIBUTE.size:
            return
        yield name, answer[start + _ATTRIBUTE.size : start + length]
        start += (length + 3) & ~3
