"""Clients of a server: who looks at pages, who is slow, and who waits for an answer."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

_DROP_SECONDS = 5.0
_PATIENCE = 10.0
_HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"


@dataclass(frozen=True)
class Pages:
    """Seconds of each page that came, and how many did not come in time."""

    seconds: Sequence[float]
    missing: int
    took: float

    @property
    def each_second(self) -> float:
        """Pages answered a second."""
        return len(self.seconds) / self.took


def look(port: int, path: str, *, readers: int, seconds: float) -> Pages:
    """Readers who ask for a page again and again on connections that they keep."""
    began = time.monotonic()
    with ThreadPoolExecutor(readers) as threads:
        found = [threads.submit(_read, port, path, began + seconds) for _ in range(readers)]
        every = [each.result() for each in found]
    took = time.monotonic() - began
    times = [second for seconds_, _ in every for second in seconds_]
    return Pages(times, sum(missing for _, missing in every), took)


def _read(port: int, path: str, until: float) -> tuple[list[float], int]:
    times: list[float] = []
    missing = 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    while time.monotonic() < until:
        started = time.perf_counter()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            times.append(time.perf_counter() - started)
        except (OSError, http.client.HTTPException):
            missing += 1
            connection.close()
    connection.close()
    return times, missing


@contextmanager
def slow_clients(port: int, count: int) -> Iterator[None]:
    """A third that says nothing, one that drips its head, one that drips a body."""
    begun = [b"", b"GET /login HTTP/1.1\r\nX-Slow: ", _HEAD + b"Content-Length: 100000\r\n\r\n"]
    held: list[tuple[socket.socket, bytes]] = []
    for number in range(count):
        client = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        held.append((client, begun[number % 3]))
        _drip(client, begun[number % 3])
    done = threading.Event()

    def keep_dripping() -> None:
        while not done.wait(_DROP_SECONDS):
            for client, first in held:
                if first:
                    _drip(client, b"x")

    dripping = threading.Thread(target=keep_dripping, daemon=True)
    dripping.start()
    try:
        yield
    finally:
        done.set()
        dripping.join()
        for client, _ in held:
            client.close()


def _drip(client: socket.socket, data: bytes) -> None:
    try:
        client.sendall(data)
    except OSError:
        client.close()


class Waiters:
    """Clients that wait for `/wait`, and how long after `/now` each was told."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._clients = [
            socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) for _ in range(count)
        ]
        for client in self._clients:
            client.sendall(b"GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    def told(self) -> list[float]:
        """Seconds from the end of their waiting to each one's answer; those who got none lack."""
        with ThreadPoolExecutor(len(self._clients)) as threads:
            answers = [threads.submit(self._answered, client) for client in self._clients]
            began = time.monotonic()
            now = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
            try:
                now.request("GET", "/now")
                now.getresponse().read()
            except OSError:
                return []
            found = [answer.result() for answer in answers]
        return [moment - began for moment in found if moment is not None]

    @staticmethod
    def _answered(client: socket.socket) -> float | None:
        try:
            with client:
                return time.monotonic() if client.recv(4096) else None
        except OSError:
            return None
