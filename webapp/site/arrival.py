"""When a request was here as a whole: the server that read it says so."""

from __future__ import annotations

from datetime import datetime

from flask import request

from webapp.base.clock import now

# The server sets it before a request waits for a thread; no header has such a name.
ARRIVED = "heldout.arrived"


def arrived_at() -> datetime:
    """When the last byte of this request came, or now where no server of ours read it."""
    found = request.environ.get(ARRIVED)
    return found if isinstance(found, datetime) else now()
