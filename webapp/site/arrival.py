"""When a request was here as a whole, and whether it is: the server that read it says so."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, request

from webapp.base.clock import now

# The server sets it before a request waits for a thread; no header has such a name.
ARRIVED = "heldout.arrived"
# Why the body of a request could not be taken, such as the OSError of a full disk.
NOT_TAKEN = "heldout.not_taken"


def init_app(app: Flask) -> None:
    """Answer no request whose body was lost."""
    app.before_request(_require_taken)


def _require_taken() -> None:
    error = request.environ.get(NOT_TAKEN)
    if isinstance(error, OSError):
        raise error


def arrived_at() -> datetime:
    """When the last byte of this request came, or now where no server of ours read it."""
    found = request.environ.get(ARRIVED)
    return found if isinstance(found, datetime) else now()
