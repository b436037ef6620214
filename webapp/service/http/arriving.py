"""One request on its way in: its head, its body to the disk, then a thread, then its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol, cast

from tornado.http1connection import HTTP1Connection, parse_int
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from webapp.base.clock import now
from webapp.service.http.answering import send
from webapp.service.http.calling import Answer, Environ, Peer, environment
from webapp.service.http.connections import Connection, Connections, Phase
from webapp.service.http.limits import Limits
from webapp.site.arrival import ARRIVED, NOT_TAKEN

# Tornado's own limit: bodies are counted here, and refused in the application's words.
_ANY_SIZE = 2**62


class Site(Protocol):
    """What a request needs of the server that reads it."""

    limits: Limits
    connections: Connections
    folder: str
    usual_body: int
    ending: bool

    async def asked(self, environ: Environ) -> Answer:
        """The application's answer to a whole request."""

    async def largest_body(self, environ: Environ, size: int) -> int:
        """How many bytes the application takes of a client that announced so many."""

    def keep(self, task: asyncio.Task[None]) -> None:
        """Remember what is being answered, until it is."""


class Arriving(HTTPMessageDelegate):
    """One request of a connection; Tornado calls its methods as it arrives."""

    def __init__(
        self, site: Site, http: HTTP1Connection, connection: Connection, *, peer: Peer
    ) -> None:
        self._site = site
        self._http = http
        self._connection = connection
        self._peer = peer
        self._environ: Environ = {}
        self._most = site.usual_body
        self._body: IO[bytes] | None = None
        self._asked = False
        self._read = asyncio.Event()

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """The head is here; raises HTTPInputError where it is none."""
        self._environ = environment(cast(RequestStartLine, start_line), headers, self._peer)
        size = _announced(headers)
        chunked = "Transfer-Encoding" in headers
        self._http.set_max_body_size(_ANY_SIZE)
        limits = self._site.limits
        self._http.set_body_timeout(limits.seconds_for(self._most if chunked else size))
        self._site.connections.now(self._connection, Phase.RECEIVING)
        self._body = SpooledTemporaryFile(limits.in_memory, dir=self._site.folder)  # noqa: SIM115
        return self._ask_first(size, headers) if size > self._most else None

    async def _ask_first(self, size: int, headers: HTTPHeaders) -> None:
        """Whether this client may send so much; else the application refuses it unread."""
        self._most = await self._site.largest_body(self._environ, size)
        if size > self._most:
            headers.pop("Expect", None)  # or Tornado would say that it is waited for
            self._ask(size)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """More of the body; once the application was asked, it goes nowhere."""
        if self._body is None or self._asked:
            return None
        try:
            self._body.write(chunk)
        except OSError as error:
            # A full disk: the application says so, and nothing of the body is read by it.
            self._environ[NOT_TAKEN] = error
            self._ask(0)
            return None
        self._site.connections.arrived(self._connection, len(chunk))
        if self._body.tell() > self._most:
            self._ask(self._body.tell())
        return None

    def finish(self) -> None:
        """The last byte is here."""
        self._read.set()
        if self._body is not None and not self._asked:
            self._ask(self._body.tell())

    def on_connection_close(self) -> None:
        """The client is gone before its request was whole."""
        self._read.set()
        if not self._asked:
            self._forget_body()

    def _ask(self, size: int) -> None:
        """Let the application answer; a `size` that is too large it refuses without reading."""
        assert self._body is not None
        self._asked = True
        self._body.seek(0)
        self._environ |= {"CONTENT_LENGTH": str(size), "wsgi.input": self._body, ARRIVED: now()}
        self._site.connections.now(self._connection, Phase.ANSWERING)
        self._site.keep(asyncio.get_running_loop().create_task(self._answer()))

    async def _answer(self) -> None:
        try:
            answer = await self._site.asked(self._environ)
        finally:
            self._forget_body()
        with answer.body:
            last = self._site.ending or not self._read.is_set()
            if not await send(self._http, answer, limits=self._site.limits, last=last):
                return
        self._site.connections.now(self._connection, Phase.IDLE)
        if not self._read.is_set():
            # Closed at once, what the client still sends would cost it the answer.
            await _wait(self._read, self._site.limits.linger)
        self._http.finish()
        if last:
            self._http.close()

    def _forget_body(self) -> None:
        self._site.connections.released(self._connection)
        if self._body is not None:
            self._body.close()


def _announced(headers: HTTPHeaders) -> int:
    """How long the head says that the body is; Tornado looks at the header itself later."""
    try:
        return parse_int(headers.get("Content-Length", "0").partition(",")[0])
    except ValueError as error:
        raise HTTPInputError(str(error)) from None


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
