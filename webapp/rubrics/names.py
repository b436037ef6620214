"""How authors are called where they are read: by name, or by a stable stand-in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from webapp.base.database import db
from webapp.models import Enrolment, ReadingRules


@dataclass(frozen=True)
class Names:
    """How authors are called on the reading pages: by name, or by a stable stand-in."""

    hidden: bool
    key: bytes = field(default=b"", repr=False)

    def of(self, kind: str, number: int, name: str) -> str:
        """A name, or what stands for it."""
        if not self.hidden:
            return name
        digest = hmac.new(self.key, f"{kind} {number}".encode(), hashlib.sha256).hexdigest()
        return f"{'Team' if kind == 'proposal' else 'Author'} {digest[:6]}"


def names_in(session: Session, course_id: int, secret: str) -> Names:
    """Whether names show in a course; stand-ins are made from the site's secret."""
    hidden = session.scalar(
        sa.select(ReadingRules.names_hidden).where(ReadingRules.course_id == course_id)
    )
    return Names(bool(hidden), f"reading {course_id} {secret}".encode())


def reading_names(enrolment: Enrolment) -> Names:
    """How the staff of a course call authors while they read."""
    secret = str(current_app.config["SECRET_KEY"])
    return names_in(db.session, enrolment.course_id, secret)


def file_name(enrolment: Enrolment, kind: str, number: int, name: str) -> str:
    """What a file is called for whoever loads it: no author's word where names are hidden."""
    names = reading_names(enrolment) if enrolment.is_staff else Names(hidden=False)
    stand_in = names.of(kind, number, "").lower().replace(" ", "-")
    return f"{stand_in}.pdf" if stand_in else name
