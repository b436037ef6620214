"""API tokens: what a program shows instead of a password, kept as a hash alone."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.base.clock import now
from webapp.models import ApiToken, User
from webapp.signing_in.queries import hash_of

LIFETIME = timedelta(days=180)
MOST = 20
_PREFIX = "heldout_"


class TooManyTokens(Exception):
    """Someone has as many tokens as anyone may: one sentence."""


# What a token may do; the first is what each could do before there were scopes.
SCOPES = ("submit", "read", "grade", "manage", "administer")


def create(session: Session, user: User, name: str, scopes: Collection[str] = SCOPES[:1]) -> str:
    """A new token, which is shown once and never again; the caller commits."""
    if len(of(session, user)) >= MOST:
        raise TooManyTokens(f"You have {MOST} tokens, the most there may be: remove one first.")
    text = _PREFIX + secrets.token_urlsafe(32)
    entry = ApiToken(user_id=user.id, name=name, sha256=hash_of(text), expires_at=now() + LIFETIME)
    entry.scopes = " ".join(scope for scope in SCOPES if scope in scopes)
    session.add(entry)
    return text


def of(session: Session, user: User) -> list[ApiToken]:
    """Someone's tokens, newest first."""
    rows = session.scalars(
        sa.select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())
    )
    return list(rows)


def find(session: Session, authorization: str) -> ApiToken | None:
    """The token of an `Authorization: Bearer …` header, with whose it is, or None."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer" or not text.startswith(_PREFIX):
        return None
    return session.scalar(
        sa.select(ApiToken)
        .join(ApiToken.user)
        .options(contains_eager(ApiToken.user))
        .where(ApiToken.sha256 == hash_of(text), ApiToken.expires_at > now(), User.active)
    )


def revoke(session: Session, user: User, token_id: int) -> bool:
    """End one of someone's tokens; False when it is not theirs. The caller commits."""
    gone = session.execute(
        sa.delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user.id)
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]
