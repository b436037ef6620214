"""Asking the application: a whole request as WSGI's environment, and its answer, whole as well."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urlsplit

from tornado.httputil import HTTPHeaders, HTTPInputError, RequestStartLine

from webapp.site.metrics import OWN_SOCKET

log = logging.getLogger("heldout.web")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Peer:
    """Who asks and where; through the site's own socket nobody has an address."""

    address: str
    port: int
    server: tuple[str, int]
    own_socket: bool = False


@dataclass(frozen=True)
class Answer:
    """What the application said; `body` is read from its start, and `size` bytes long."""

    code: int
    reason: str
    headers: list[tuple[str, str]]
    body: IO[bytes]
    size: int


def environment(line: RequestStartLine, headers: HTTPHeaders, peer: Peer) -> Environ:
    """The request but for its body; raises HTTPInputError where it is none.

    Header names with an underscore are left out: they would pass for others'.
    """
    path, query = _split(line.path)
    hosts = headers.get_list("Host")
    if len(hosts) > 1 or (not hosts and line.version != "HTTP/1.0"):
        raise HTTPInputError(f"there are {len(hosts)} Host headers, expected 1")
    found: Environ = {
        "REQUEST_METHOD": line.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": line.path,
        "SERVER_PROTOCOL": line.version,
        "SERVER_NAME": peer.server[0],
        "SERVER_PORT": str(peer.server[1]),
        "REMOTE_ADDR": peer.address,
        "REMOTE_PORT": str(peer.port),
        OWN_SOCKET: peer.own_socket,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name in headers:
        if "_" not in name:
            found[f"HTTP_{name.upper().replace('-', '_')}"] = headers[name]
    found["CONTENT_TYPE"] = found.pop("HTTP_CONTENT_TYPE", "")
    for name in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
        found.pop(f"HTTP_{name}", None)
    return found


def _split(target: str) -> tuple[str, str]:
    """A request's path and query, also of a target with scheme and host."""
    if not target.startswith("/"):
        parts = urlsplit(target)
        return parts.path or "/", parts.query
    path, _, query = target.partition("?")
    return path.partition("#")[0], query


def call(application: Application, environ: Environ, *, folder: str, in_memory: int) -> Answer:
    """Run the application to the end of its answer, in a thread that waits for nobody."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    body = tempfile.SpooledTemporaryFile(max_size=in_memory, dir=folder)  # noqa: SIM115 - handed on

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        said.append((status, headers))
        return body.write

    try:
        chunks = application(environ, start_response)
        try:
            for chunk in chunks:
                body.write(chunk)
        finally:
            getattr(chunks, "close", lambda: None)()
        status, headers = said[-1]
        code, _, reason = status.partition(" ")
        size = body.tell()
        body.seek(0)
        return Answer(int(code), reason, headers, body, size)
    except Exception:
        log.exception("a request was not answered")
        body.close()
        return failed()


def failed(code: int = 500, reason: str = "Internal Server Error") -> Answer:
    """What is said where the application said nothing."""
    body = tempfile.SpooledTemporaryFile()  # noqa: SIM115 - handed on
    size = body.write(f"{reason}\n".encode())
    body.seek(0)
    return Answer(code, reason, [("Content-Type", "text/plain; charset=utf-8")], body, size)
