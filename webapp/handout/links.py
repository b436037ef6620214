"""Links by which a JupyterHub fetches a release: short-lived, signed, and for nothing else.

The student's browser fetches it from the hub's page, where it has no cookie of ours to show; the
link is what opens it. JupyterHub's `user-redirect` finds the student's own server, and in it the
extension `jupyterlab-open-url-parameter` reads `fromURL` as often as it is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

# A hub may have to sign somebody in and to start their server first.
LIFETIME = timedelta(hours=1)


def token_of(number: int) -> str:
    """What opens the release of an assignment of a course for a while."""
    return _serializer().dumps(number)


def number_of(token: str) -> int | None:
    """The assignment whose release the token opens; None where it opens nothing any more."""
    try:
        number = _serializer().loads(token, max_age=int(LIFETIME.total_seconds()))
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


def in_hub(hub: str, addresses: Iterable[str], folder: str) -> str:
    """The hub's address that fetches these files into a folder and opens them."""
    wanted = [("fromURL", address) for address in addresses]
    return f"{hub}/hub/user-redirect/lab?{urlencode([*wanted, ('fromURLToFolder', folder)])}"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="heldout-release")
