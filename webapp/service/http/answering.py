"""Sending an answer to a client who may take it slowly, or not at all."""

from __future__ import annotations

import asyncio
from email.utils import formatdate

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, ResponseStartLine
from tornado.iostream import StreamClosedError

from webapp.service.http.calling import Answer
from webapp.service.http.limits import Limits

_CHUNK = 64 * 1024
# What the connection says itself, whatever the application says of it.
_OF_THE_CONNECTION = ("Connection", "Transfer-Encoding", "Date")
_WITHOUT_BODY = (204, 304)


async def send(http: HTTP1Connection, answer: Answer, *, limits: Limits, last: bool) -> bool:
    """Send all of it; False, with the connection closed, where the client did not take it.

    `last` says that the connection ends after it.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + limits.seconds_for(answer.size)
    try:
        async with asyncio.timeout_at(give_up):
            line = ResponseStartLine("HTTP/1.1", answer.code, answer.reason)
            chunk = answer.body.read(_CHUNK)
            await _taken(http.write_headers(line, _headers(answer, last), chunk), limits)
            while chunk := answer.body.read(_CHUNK):
                await _taken(http.write(chunk), limits)
    except (StreamClosedError, TimeoutError):
        http.close()
        return False
    return True


async def _taken(written: asyncio.Future[None], limits: Limits) -> None:
    """Wait until the client's side has it; raises TimeoutError where it takes nothing."""
    # Mostly the kernel has taken it already.
    await (written if written.done() else asyncio.wait_for(written, limits.patience))


def _headers(answer: Answer, last: bool) -> HTTPHeaders:
    headers = HTTPHeaders()
    for name, value in answer.headers:
        headers.add(name, value)
    for name in _OF_THE_CONNECTION:
        headers.pop(name, None)
    if answer.size:
        headers["Content-Length"] = str(answer.size)
    elif answer.code not in _WITHOUT_BODY:
        # Of a HEAD the application says how long its answer would be.
        headers.setdefault("Content-Length", "0")
    headers["Date"] = formatdate(usegmt=True)
    if last:
        headers["Connection"] = "close"
    return headers
