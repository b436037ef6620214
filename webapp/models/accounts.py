"""People: accounts, and the log of who changed what."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_security import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.base import Base


def new_uniquifier() -> str:
    """What a session carries instead of the user's id; a new one ends every session."""
    return uuid.uuid4().hex


class User(Base, UserMixin):
    """A person who can sign in. Roles are per course, see Enrolment, but for two of the site's.

    An administrator looks after the site: its courses, its assignments, its people. Somebody
    who `may_create_courses` makes courses and teaches them.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    is_administrator: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    may_create_courses: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # When they were last sent or given a link that sets a password.
    invited_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True, default=new_uniquifier)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def roles(self) -> tuple[()]:  # type: ignore[override]
        """None that Flask-Security knows: see `is_administrator` and Enrolment."""
        return ()


class ApiToken(Base):
    """What a program of someone's shows instead of a password; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(sa.String(60), default="submit", server_default="submit")

    user: Mapped[User] = relationship()


class BrowserSession(Base):
    """Somebody signed in with a browser; only a hash of what its cookie holds is kept.

    The session ends with this row, whoever has a copy of the cookie.
    """

    __tablename__ = "browser_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    # Such as “Firefox on Windows”, and no more of what a browser says of itself.
    browser: Mapped[str] = mapped_column(sa.String(60))
    # Whether they asked to stay signed in: it then ends with its lifetime alone.
    kept: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    seen_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class SecretTry(Base):
    """How often something was tried lately, such as one account from one address.

    `key` is a keyed hash of what is counted, so that no address is kept. `level` is what was
    counted up to `at`; a day later it means nothing.
    """

    __tablename__ = "secret_tries"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    level: Mapped[float]
    at: Mapped[datetime] = mapped_column(index=True)


# Of what a line of the log is about, which may be a title.
LONGEST_SUBJECT = 120


class AuditEntry(Base):
    """One change that someone may ask about later: who, what, when."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(LONGEST_SUBJECT))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
