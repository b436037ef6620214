"""The server that reads whole requests, in this process, around a small application."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, abort, request

from webapp.service.http.limits import Limits
from webapp.service.http.server import Server
from webapp.site import arrival
from webapp.site.arrival import ARRIVED

MOST = 300_000
ALLOWED = 2 * MOST
BIG = 40_000_000


def small_app() -> Flask:
    """It says what it was sent; `held` holds a thread until `let_go`."""
    app = Flask("small")
    app.config["MAX_CONTENT_LENGTH"] = MOST
    arrival.init_app(app)
    app.extensions |= {"begun": threading.Event(), "let_go": threading.Event()}

    @app.errorhandler(OSError)
    def not_kept(error: OSError) -> tuple[str, int]:
        return str(error.errno), 503

    @app.before_request
    def allow_more() -> None:
        if request.path == "/secret" and "Authorization" not in request.headers:
            abort(401)
        if request.headers.get("Authorization") == "more":
            request.max_content_length = ALLOWED

    @app.route("/", methods=["GET", "POST"])
    def say() -> dict[str, Any]:
        kept = request.environ["wsgi.input"]
        data = request.get_data()
        seen = {name: request.headers.get(name, "") for name in ("X-Seen", "X_Seen")}
        on_disk = bool(getattr(kept, "_rolled", False))
        return {"size": len(data), "sha": hashlib.sha256(data).hexdigest(), "disk": on_disk} | seen

    @app.post("/secret")
    def secret() -> str:
        return str(len(request.get_data()))

    @app.get("/big")
    def big() -> bytes:
        return b"x" * BIG

    @app.get("/held")
    def held() -> str:
        app.extensions["begun"].set()
        app.extensions["let_go"].wait(30)
        return "held"

    @app.post("/when")
    def when() -> str:
        return str(request.environ[ARRIVED].timestamp())

    @app.get("/broken")
    def broken() -> str:
        raise ValueError

    return app


class Serving:
    """A server on a loopback port, run by a thread of its own."""

    def __init__(self, folder: Path, limits: Limits, threads: int) -> None:
        self.app = small_app()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.setblocking(False)
        self.port = int(self._listening.getsockname()[1])
        self._made = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(folder, limits, threads)), daemon=True
        )
        self._thread.start()
        assert self._made.wait(10)

    async def _serve(self, folder: Path, limits: Limits, threads: int) -> None:
        self.server = Server(self.app, threads=threads, limits=limits, folder=str(folder))
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        self.server.add_sockets([self._listening])
        self._made.set()
        await self._told.wait()
        await self.server.end(5)

    def tell_to_end(self) -> None:
        self._loop.call_soon_threadsafe(self._told.set)

    def connect(self, first: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        client.sendall(first)
        return client

    def end(self) -> None:
        self.app.extensions["let_go"].set()
        self.tell_to_end()
        self._thread.join(20)
        assert not self._thread.is_alive()


@contextmanager
def reading(folder: Path, *, threads: int = 2, **limits: Any) -> Iterator[Serving]:
    """The server with these limits."""
    serving = Serving(folder, Limits(**limits), threads)
    try:
        yield serving
    finally:
        serving.end()


def request_of(path: str, *lines: str, body: bytes = b"", method: str = "GET") -> bytes:
    """A request as it is sent."""
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", *lines]
    head += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*head, "", ""]).encode() + body


def whole(client: socket.socket) -> bytes:
    """Everything until the other side closes."""
    found = b""
    while chunk := client.recv(65536):
        found += chunk
    return found
