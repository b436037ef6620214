"""The server: sockets that listen, connections that are read, threads that answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from flask import Flask
from tornado.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.iostream import IOStream
from tornado.tcpserver import TCPServer

from webapp.service.http import calling
from webapp.service.http.arriving import Arriving
from webapp.service.http.calling import Answer, Environ, Peer
from webapp.service.http.connections import Connection, Connections, Phase
from webapp.service.http.limits import Limits
from webapp.site.body_limit import largest_body
from webapp.site.metrics import OWN_SOCKET

_DRAIN_SECONDS = 0.05
# All that the data folder's own socket is for.
_METRICS = "/metrics"


class Server(TCPServer, HTTPServerConnectionDelegate):
    """Reads whole requests on one thread and has them answered on others.

    `folder` is where bodies and long answers lie, without a name, while they are needed.
    """

    def __init__(self, app: Flask, *, threads: int, limits: Limits, folder: str) -> None:
        super().__init__(max_buffer_size=limits.head + limits.in_memory)
        self.limits = limits
        self.connections = Connections(limits)
        self.folder = folder
        self.usual_body = int(app.config["MAX_CONTENT_LENGTH"])
        self.ending = False
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._answers: set[asyncio.Task[None]] = set()
        self._known: dict[object, tuple[Connection, Peer]] = {}
        self._parameters = HTTP1ConnectionParameters(
            header_timeout=limits.patience, max_header_size=limits.head
        )

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...] | str) -> None:
        """Somebody connected."""
        peer = _peer(stream.socket, address)
        connection = Connection(peer.address, stream.close)
        if not self.connections.admit(connection):
            stream.close()
            return
        reading = HTTP1ServerConnection(stream, self._parameters, peer.address)
        self._known[reading] = (connection, peer)
        reading.start_serving(self)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """A connection may send its next request."""
        assert isinstance(request_conn, HTTP1Connection)
        connection, peer = self._known[server_conn]
        self.connections.now(connection, Phase.IDLE)
        return Arriving(self, request_conn, connection, peer=peer)

    def on_close(self, server_conn: object) -> None:
        """A connection is over."""
        connection, _ = self._known.pop(server_conn)
        self.connections.closed(connection)

    async def asked(self, environ: Environ) -> Answer:
        """The application's answer to a whole request; through the own socket to few."""
        if environ[OWN_SOCKET] and environ["PATH_INFO"] != _METRICS:
            return calling.failed(404, "Not Found")
        return await self._in_a_thread(
            partial(
                calling.call,
                self._app,
                environ,
                folder=self.folder,
                in_memory=self.limits.in_memory,
            )
        )

    async def largest_body(self, environ: Environ, size: int) -> int:
        """How many bytes the application takes of a client that announced so many."""
        return await self._in_a_thread(partial(largest_body, self._app, environ, size))

    async def _in_a_thread(self, work: partial[Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Remember what is being answered, until it is."""
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def end(self, seconds: float) -> None:
        """Take no new connection, and let each finish what it is at, for so long."""
        self.ending = True
        self.stop()
        self.connections.end_idle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.connections):
                    await asyncio.sleep(_DRAIN_SECONDS)
                    self.connections.end_idle()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _peer(listening: socket.socket, address: tuple[Any, ...] | str) -> Peer:
    if listening.family == socket.AF_UNIX:
        return Peer("", 0, ("localhost", 80), own_socket=True)
    here = listening.getsockname()
    return Peer(address[0], int(address[1]), (here[0], here[1]))
