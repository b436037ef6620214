"""Counting tries at secrets, and beginning, noting and ending sessions."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import change, is_changing, moment_of, takes_the_one_lock
from webapp.models import BrowserSession, SecretTry
from webapp.signing_in import queries
from webapp.signing_in.pace import FORGOTTEN_SECONDS, Growing, Level, Pace
from webapp.signing_in.queries import Lifetimes, hash_of

# More sessions of one account are not kept: the one seen longest ago ends.
MOST_SESSIONS = 30
_SEEN_EVERY = timedelta(minutes=5)
# More rows are not kept: those that say least go first.
MOST_TRIES = 50_000
_CLEAN_ONE_IN = 100


@dataclass(frozen=True)
class Seen:
    """How many seconds a try has to wait, 0 for none, and the levels that say so."""

    wait: float
    levels: Mapping[str, Level]


def look(session: Session, counted: Mapping[str, Pace]) -> Seen:
    """How these stand. It keeps no connection: whoever asks may wait for its turn next."""
    with change(session):
        return _look(session, counted)


def take(session: Session, counted: Mapping[str, Pace]) -> Seen:
    """Count a try for each key before it is made; where it has to wait, nothing is counted.

    Tries at one moment are counted one after the other, so they are no more than the pace allows.
    Whoever expects a flood looks first, which writes nothing.
    """
    with change(session):
        found = _count(session, counted)
    if secrets.randbelow(_CLEAN_ONE_IN) == 0:
        forget_old(session)
    return found


def note_success(
    session: Session, tried: Mapping[str, Pace], *, succeeded: Mapping[str, Pace]
) -> None:
    """A try that was counted under some keys succeeded, which counts under others.

    Pauses that it had grown are forgotten, and steady levels are one less again.
    """
    forget = [key for key, pace in tried.items() if isinstance(pace, Growing)]
    with change(session):
        _lock(session, tried.keys() | succeeded.keys())
        session.execute(sa.delete(SecretTry).where(SecretTry.key.in_(forget)))
        lower = sa.case((SecretTry.level > 1, SecretTry.level - 1), else_=0.0)
        for key in sorted(tried.keys() - forget):
            session.execute(sa.update(SecretTry).where(SecretTry.key == key).values(level=lower))
        _count(session, succeeded)


def forget_old(session: Session) -> None:
    """Remove what no longer means anything, and what says least where there is too much."""
    with change(session):
        old = SecretTry.at < moment_of(session) - timedelta(seconds=FORGOTTEN_SECONDS)
        _remove(session, sa.select(SecretTry.key).where(old))
        over = (session.scalar(sa.select(sa.func.count(SecretTry.key))) or 0) - MOST_TRIES
        if over > 0:
            lightest = sa.select(SecretTry.key).order_by(SecretTry.level, SecretTry.at)
            _remove(session, lightest.limit(over))


def begin_session(
    session: Session, user_id: int, *, browser: str, kept: bool, lifetimes: Lifetimes
) -> str:
    """Begin a session; returns what its cookie holds, which is kept nowhere."""
    text = secrets.token_urlsafe(32)
    with change(session):
        ended = sa.select(BrowserSession.id).where(sa.not_(queries.lives(lifetimes)))
        gone = ended.with_for_update(skip_locked=True)
        session.execute(sa.delete(BrowserSession).where(BrowserSession.id.in_(gone)))
        newest = (
            sa.select(BrowserSession.id)
            .where(BrowserSession.user_id == user_id)
            .order_by(BrowserSession.seen_at.desc(), BrowserSession.id.desc())
            .limit(MOST_SESSIONS - 1)
        )
        session.execute(
            sa.delete(BrowserSession).where(
                BrowserSession.user_id == user_id, BrowserSession.id.not_in(newest)
            )
        )
        entry = BrowserSession(user_id=user_id, sha256=hash_of(text), browser=browser, kept=kept)
        session.add(entry)
    return text


def use_session(session: Session, text: str, lifetimes: Lifetimes) -> BrowserSession | None:
    """The session of what a cookie holds, with whose it is; None where it has ended.

    That it was used is noted every five minutes, not at every request.
    """
    found = queries.session_of(session, text, lifetimes)
    if found is None or found.seen_at > now() - _SEEN_EVERY or is_changing(session):
        return found
    with change(session):
        session.execute(
            sa.update(BrowserSession).where(BrowserSession.id == found.id).values(seen_at=now())
        )
    return found


def end_session(session: Session, user_id: int, number: int) -> bool:
    """End one of somebody's sessions; False where it is not theirs, or has ended."""
    with change(session):
        gone = session.execute(
            sa.delete(BrowserSession).where(
                BrowserSession.id == number, BrowserSession.user_id == user_id
            )
        )
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def _count(session: Session, counted: Mapping[str, Pace]) -> Seen:
    """The levels before, one higher now unless one of them has to wait; the caller commits."""
    _lock(session, counted.keys())
    found = _look(session, counted)
    if found.wait == 0:
        at = moment_of(session)
        rows = [
            {"key": key, "level": pace.after(found.levels[key]), "at": at}
            for key, pace in sorted(counted.items())
        ]
        _put(session, rows)
    return found


def _look(session: Session, counted: Mapping[str, Pace]) -> Seen:
    chosen = sa.select(SecretTry.key, SecretTry.level, SecretTry.at)
    rows = session.execute(chosen.where(SecretTry.key.in_(sorted(counted)))).all()
    at = moment_of(session)
    found = {row.key: Level(row.level, max(0.0, (at - row.at).total_seconds())) for row in rows}
    levels = {key: found.get(key, Level()) for key in counted}
    return Seen(max(pace.wait(levels[key]) for key, pace in counted.items()), levels)


def _lock(session: Session, keys: Collection[str]) -> None:
    """One try at a time counts under these keys.

    Each row is made or locked by one statement, in the order of keys, so that no two wait for each
    other, whatever is removed meanwhile.
    """
    if takes_the_one_lock(session):
        return
    at = moment_of(session)
    insert = postgresql.insert(SecretTry)
    locked = insert.on_conflict_do_update(index_elements=["key"], set_={"level": SecretTry.level})
    for key in sorted(keys):
        session.execute(locked.values(key=key, level=0.0, at=at))


def _put(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keep these levels, whether or not there were some."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite if on_sqlite else postgresql).insert(SecretTry)
    new = {"level": insert.excluded.level, "at": insert.excluded.at}
    session.execute(insert.on_conflict_do_update(index_elements=["key"], set_=new), rows)


def _remove(session: Session, keys: sa.Select[str]) -> None:
    """Remove rows, but for those that a try is being counted in at this moment."""
    chosen = keys.with_for_update(skip_locked=True)
    session.execute(sa.delete(SecretTry).where(SecretTry.key.in_(chosen)))
