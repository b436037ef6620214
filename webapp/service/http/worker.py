"""What gunicorn runs in its one process: the server, a sign of life each second, a soft end."""

from __future__ import annotations

import asyncio
import os
import signal
from types import FrameType

from gunicorn.workers.base import Worker

from webapp.base.config import data_folder
from webapp.base.environment import PROXIES
from webapp.service.http.limits import Limits, raise_open_files, warn_of_few
from webapp.service.http.server import Server

_BEAT_SECONDS = 1.0
# Less than gunicorn gives, after which it kills.
_SPARE_SECONDS = 2.0


class WholeRequests(Worker):
    """gunicorn's worker around `Server`."""

    server: type[Server] = Server

    def run(self) -> None:
        """Serve until told to end; called by gunicorn once the application is loaded."""
        connections = raise_open_files()
        warn_of_few(connections)
        # From a proxy's address all come.
        of_one_address = 0 if int(PROXIES.read()) else max(1, connections // 2)
        limits = Limits(connections=connections, of_one_address=of_one_address)
        asyncio.run(self._serve(limits))

    async def _serve(self, limits: Limits) -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        server = self.server(
            self.wsgi, threads=self.cfg.threads, limits=limits, folder=str(data_folder())
        )

        def end(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(told.set)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, end)
        listening = [each.sock for each in self.sockets]
        for each in listening:
            each.setblocking(False)
        server.add_sockets(listening)
        while not told.is_set() and os.getppid() == self.ppid:
            self.notify()
            try:
                await asyncio.wait_for(told.wait(), _BEAT_SECONDS)
            except TimeoutError:
                continue
        await server.end(self.cfg.graceful_timeout - _SPARE_SECONDS)
