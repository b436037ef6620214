"""Sessions as a cookie or their owner names them; only hashes are looked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.base.clock import now
from webapp.models import BrowserSession, User


@dataclass(frozen=True)
class Lifetimes:
    """A session ends `idle` after its last request, and in any case `longest` after it began."""

    idle: timedelta
    longest: timedelta


def hash_of(text: str) -> str:
    """What is kept of what a cookie or a program holds."""
    # It is 256 random bits, so a plain hash can't be guessed back.
    return hashlib.sha256(text.encode()).hexdigest()


def lives(lifetimes: Lifetimes) -> sa.ColumnElement[bool]:
    """That a session has not ended by itself; one that is kept ends with its lifetime alone."""
    at = now()
    return sa.and_(
        BrowserSession.created_at > at - lifetimes.longest,
        sa.or_(BrowserSession.kept, BrowserSession.seen_at > at - lifetimes.idle),
    )


def session_of(session: Session, text: str, lifetimes: Lifetimes) -> BrowserSession | None:
    """The session of what a cookie holds, with whose it is: one statement."""
    return session.scalar(
        sa.select(BrowserSession)
        .join(BrowserSession.user)
        .options(contains_eager(BrowserSession.user))
        .where(BrowserSession.sha256 == hash_of(text), lives(lifetimes), User.active)
    )


def sessions_of(session: Session, user_id: int, lifetimes: Lifetimes) -> list[BrowserSession]:
    """Somebody's sessions, the one used last first."""
    rows = session.scalars(
        sa.select(BrowserSession)
        .where(BrowserSession.user_id == user_id, lives(lifetimes))
        .order_by(BrowserSession.seen_at.desc(), BrowserSession.id.desc())
    )
    return list(rows)
