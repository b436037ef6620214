"""Browsers in which an account was signed in before: a signed cookie, as OWASP's device cookies.

What others try at an account never holds up such a browser: it is counted for itself. The cookie
opens nothing. It names accounts by a hash, and ends where all that opens the account is ended.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from itsdangerous import BadSignature, URLSafeTimedSerializer

from webapp.models import User

DAYS = 180
# A browser of a lab is many people's: the newest of them are kept.
_MOST = 8
_SALT = "heldout-known-browser"


def mark_of(user: User, secret: str) -> str:
    """What names an account in the cookie until all that opens it is ended."""
    said = f"{_SALT}:{user.id}:{user.fs_uniquifier}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:20]


def marks_in(cookie: str, secret: str) -> dict[str, str]:
    """The accounts that a cookie knows, each with the browser's own number for it."""
    try:
        found = _serializer(secret).loads(cookie, max_age=DAYS * 86400)
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def cookie_with(known: Mapping[str, str], mark: str, secret: str) -> str:
    """A cookie that knows one more account, or knows it anew."""
    others = [(key, value) for key, value in known.items() if key != mark]
    marks = dict([*others, (mark, secrets.token_hex(8))][-_MOST:])
    return str(_serializer(secret).dumps(marks))


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)
