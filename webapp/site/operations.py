"""What a program does when it comes: it shows its token."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import ApiToken
from webapp.site import tokens

_SEEN_EVERY = timedelta(minutes=10)


def use_token(session: Session, authorization: str) -> ApiToken | None:
    """The token of an `Authorization: Bearer …` header, with whose it is, or None.

    That it was used is noted every ten minutes, not at every request.
    """
    token = tokens.find(session, authorization)
    if token is None:
        return None
    if token.last_used_at is None or token.last_used_at < now() - _SEEN_EVERY:
        with change(session):
            token.last_used_at = now()
    return token
