"""Each request gets an id, a line in the log and its time in the metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time

import sqlalchemy as sa
from flask import Flask, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.wrappers import Response

from webapp.models import User
from webapp.site import metrics

log = logging.getLogger("heldout.web")

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,32}")
_HEADER = "X-Request-ID"
# What watches over the service asks every few seconds and tells nothing.
_QUIET = ("static", "bootstrap.static", "health.live", "health.ready", "metrics.show")


def init_app(app: Flask) -> None:
    """Begin and end every request of the application with its line; before every other hook."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    """A proxy that we trust may name the request, so that its own log and ours agree."""
    given = request.headers.get(_HEADER, "")
    trusted = bool(request.environ.get("werkzeug.proxy_fix.orig"))
    name = given if trusted and _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request=name)
    if (submission := (request.view_args or {}).get("submission_id")) is not None:
        bind_contextvars(submission=submission)
    g.request_id = name


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or "nothing"
    metrics.answered(endpoint, request.method, response.status_code, seconds)
    response.headers[_HEADER] = g.get("request_id", "")
    if endpoint not in _QUIET:
        facts = {
            "endpoint": endpoint,
            "method": request.method,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
            "user": _known_user(),
        }
        log.info("request", extra=facts)
    return response


def _known_user() -> int | None:
    """The id of who asked, if the request looked that up: the log asks the database nothing."""
    user = g.get("_login_user")
    identity = sa.inspect(user).identity if isinstance(user, User) else None
    return identity[0] if identity else None
