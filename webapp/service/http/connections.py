"""Who is connected: where there are too many, who has waited longest without a whole request goes.

So newcomers are always let in, and whoever holds connections without asking for anything loses
them first. What is being answered is never ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum

from webapp.service.http.limits import Limits


class Phase(Enum):
    """What a connection is doing; those before `ANSWERING` can be ended."""

    IDLE = "idle"
    RECEIVING = "receiving"
    ANSWERING = "answering"


class Connection:
    """One client's connection; `received` counts what of its body lies here."""

    def __init__(self, address: str, end: Callable[[], None]) -> None:
        self.address = address
        self.end = end
        self.phase = Phase.IDLE
        self.received = 0


class Connections:
    """All connections of this process, each phase's longest first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_phase: dict[Phase, dict[Connection, None]] = {phase: {} for phase in Phase}
        self._by_address: Counter[str] = Counter()
        self._received = 0

    def __len__(self) -> int:
        return sum(map(len, self._by_phase.values()))

    def count(self, phase: Phase) -> int:
        """How many are doing that."""
        return len(self._by_phase[phase])

    def admit(self, connection: Connection) -> bool:
        """Let it in, making room where there is none; False where none can be made.

        That is where everything is being answered, all in all or of its address.
        """
        most = self._limits.of_one_address
        if most and self._by_address[connection.address] >= most:
            self._make_room(connection.address)
            if self._by_address[connection.address] >= most:
                return False
        if len(self) >= self._limits.connections:
            self._make_room()
        if len(self) >= self._limits.connections:
            return False
        self._by_phase[Phase.IDLE][connection] = None
        self._by_address[connection.address] += 1
        return True

    def now(self, connection: Connection, phase: Phase) -> None:
        """It does something else from now on."""
        if self._by_phase[connection.phase].pop(connection, 0) is None:
            self._by_phase[phase][connection] = None
        connection.phase = phase

    def arrived(self, connection: Connection, size: int) -> None:
        """More of its body is here; the oldest unfinished bodies go where that is too much."""
        connection.received += size
        self._received += size
        while self._received > self._limits.received and self._by_phase[Phase.RECEIVING]:
            self._end(next(iter(self._by_phase[Phase.RECEIVING])))

    def released(self, connection: Connection) -> None:
        """Its body is gone."""
        self._received -= connection.received
        connection.received = 0

    def closed(self, connection: Connection) -> None:
        """It is over; also said twice."""
        self.released(connection)
        if self._by_phase[connection.phase].pop(connection, 0) is None:
            self._by_address[connection.address] -= 1
            if not self._by_address[connection.address]:
                del self._by_address[connection.address]

    def end_idle(self) -> None:
        """End whoever asks for nothing now."""
        for connection in list(self._by_phase[Phase.IDLE]):
            self._end(connection)

    def _make_room(self, address: str | None = None) -> None:
        oldest = next(self._endable(address), None)
        if oldest is not None:
            self._end(oldest)

    def _endable(self, address: str | None) -> Iterator[Connection]:
        for phase in (Phase.IDLE, Phase.RECEIVING):
            for connection in self._by_phase[phase]:
                if address is None or connection.address == address:
                    yield connection

    def _end(self, connection: Connection) -> None:
        self.closed(connection)
        connection.end()
