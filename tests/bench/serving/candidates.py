"""`python -m tests.bench.serving.candidates NAME PORT`: the application on one of the servers.

Each has 16 threads and the site of the environment, and one address more: `/wait` is answered
when `/now` is asked, as a page would that waits for a verdict. Where a request holds a thread, a
waiting one does as well.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication

from webapp import create_app
from webapp.service.http.calling import Answer, Environ
from webapp.service.http.server import Server
from webapp.service.http.worker import WholeRequests
from webapp.service.web import leave_out_of_collections

THREADS = 16
NAMES = ("gthread", "waitress", "whole requests")
_WAIT, _NOW = "/wait", "/now"
_WAIT_SECONDS = 15.0


class Waiting:
    """The application with the two addresses; `configured` holds what the servers ask for."""

    def __init__(self) -> None:
        self._app = create_app()
        self.config = self._app.config
        self._now = threading.Event()
        self.on_now: list[Callable[[], None]] = [self._now.set]

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in (_WAIT, _NOW):
            return self._app(environ, start_response)
        if path == _NOW:
            for tell in self.on_now:
                tell()
        else:
            self._now.wait(_WAIT_SECONDS)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
        return [b"now"]


class _Parking(Server):
    """What waits holds no thread: the thread that reads answers it later."""

    def __init__(self, app: Waiting, **settings: Any) -> None:
        super().__init__(app, **settings)  # type: ignore[arg-type]
        self._now, loop = asyncio.Event(), asyncio.get_running_loop()
        app.on_now.append(lambda: loop.call_soon_threadsafe(self._now.set))

    async def asked(self, environ: Environ) -> Answer:
        if environ["PATH_INFO"] != _WAIT:
            return await super().asked(environ)
        await self._now.wait()
        return Answer(200, "OK", [("Content-Type", "text/plain")], io.BytesIO(b"now"), 3)


class _ParkingWorker(WholeRequests):
    server = _Parking


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, worker: object, port: int) -> None:
        self._settings = {
            "bind": f"127.0.0.1:{port}",
            "worker_class": worker,
            "threads": THREADS,
            "timeout": 90,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Waiting:
        app = Waiting()
        leave_out_of_collections()
        return app


def serve(name: str, port: int) -> None:
    """Serve until ended."""
    if name == "waitress":
        import waitress

        # As it comes, but for a number of connections that does not end the comparison at once.
        settings = {"threads": THREADS, "connection_limit": 4000, "asyncore_use_poll": True}
        waitress.serve(Waiting(), host="127.0.0.1", port=port, **settings)
    else:
        worker = "gthread" if name == "gthread" else _ParkingWorker
        _Gunicorn(worker, port).run()


if __name__ == "__main__":
    os.environ.setdefault("HELDOUT_LOG_LEVEL", "ERROR")
    serve(sys.argv[1], int(sys.argv[2]))
