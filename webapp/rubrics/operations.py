"""What staff do around reading: comments are kept and forgotten, names hidden and shown."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.database import change
from webapp.models import BankComment, Enrolment, ReadingRules

_LONGEST_KEPT, _MOST_KEPT = 1000, 200


class CommentRefused(ValueError):
    """A comment that cannot be kept: one sentence."""


def keep_comment(session: Session, actor: Enrolment, text: str) -> None:
    """Keep a comment for all graders of the course; raises CommentRefused."""
    if not 1 <= len(text) <= _LONGEST_KEPT:
        raise CommentRefused(
            f"A kept comment has 1 to {_LONGEST_KEPT} characters, not {len(text)}."
        )
    with change(session):
        kept = sa.select(sa.func.count(BankComment.id)).where(
            BankComment.course_id == actor.course_id
        )
        if (session.scalar(kept) or 0) >= _MOST_KEPT:
            raise CommentRefused(f"There are {_MOST_KEPT} kept comments: remove one first.")
        session.add(BankComment(course_id=actor.course_id, text=text))


def forget_comment(session: Session, comment: BankComment) -> None:
    """Keep a comment no longer; where it was given it stays."""
    with change(session):
        session.delete(comment)


def hide_names(session: Session, actor: Enrolment, *, hidden: bool) -> None:
    """Hide authors' names from readers or show them."""
    with change(session):
        rules = session.get(ReadingRules, actor.course_id)
        if rules is None:
            rules = ReadingRules(course_id=actor.course_id)
            session.add(rules)
        rules.names_hidden = hidden
        action: Action = "hide names from readers" if hidden else "show names to readers"
        record(session, actor, action, subject=actor.course.slug)
