"""Who is in a course: coming in, leaving, and changing, many at a time; the caller commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import in_parts, takes_the_one_lock
from webapp.models import Course, Enrolment, FormerEnrolment, User
from webapp.people.person import Details
from webapp.signing_in.ending import end_everything

_KEPT = ("course_id", "user_id", "role", "section", "student_number")


def lock(session: Session, course_id: int) -> None:
    """Let one change at a time say who is in the course."""
    if not takes_the_one_lock(session):
        row = sa.select(Course.id).where(Course.id == course_id)
        session.execute(row.with_for_update(key_share=True))


def make_accounts(session: Session, people: Sequence[Details]) -> dict[str, int]:
    """An account for each, without a password; their numbers by address."""
    rows = [{"email": each.email, "name": each.name} for each in people]
    if rows:
        session.execute(sa.insert(User), rows)
    found: dict[str, int] = {}
    for part in in_parts([each.email for each in people]):
        chosen = session.execute(sa.select(User.email, User.id).where(User.email.in_(part)))
        found |= {row.email: row.id for row in chosen}
    return found


def enrol(session: Session, course_id: int, people: Mapping[int, Details]) -> None:
    """Let them into the course; who was in it before is former no more."""
    for part in in_parts(list(people)):
        session.execute(
            sa.delete(FormerEnrolment).where(
                FormerEnrolment.course_id == course_id, FormerEnrolment.user_id.in_(part)
            )
        )
    rows = [
        {
            **dict(zip(_KEPT, (course_id, user_id, who.role, who.section), strict=False)),
            "student_number": who.number,
        }
        for user_id, who in people.items()
    ]
    if rows:
        session.execute(sa.insert(Enrolment), rows)


def leave(session: Session, course_id: int, user_ids: Collection[int]) -> int:
    """Move them to the former participants; how many there were."""
    left = 0
    for part in in_parts(sorted(user_ids)):
        theirs = sa.and_(Enrolment.course_id == course_id, Enrolment.user_id.in_(part))
        session.execute(
            sa.delete(FormerEnrolment).where(
                FormerEnrolment.course_id == course_id,
                FormerEnrolment.user_id.in_(sa.select(Enrolment.user_id).where(theirs)),
            )
        )
        kept = [getattr(Enrolment, name) for name in _KEPT]
        moved = sa.select(*kept, sa.literal(now(), FormerEnrolment.left_at.type)).where(theirs)
        session.execute(sa.insert(FormerEnrolment).from_select([*_KEPT, "left_at"], moved))
        left += session.execute(sa.delete(Enrolment).where(theirs)).rowcount  # type: ignore[attr-defined]
    return left


def change_parts(session: Session, course_id: int, people: Mapping[int, Details]) -> None:
    """Give them the role, sections and number of these details."""
    found: dict[int, int] = {}
    for part in in_parts(list(people)):
        chosen = sa.select(Enrolment.user_id, Enrolment.id).where(
            Enrolment.course_id == course_id, Enrolment.user_id.in_(part)
        )
        found |= {row.user_id: row.id for row in session.execute(chosen)}
    rows = [
        {
            "id": number,
            "role": people[user_id].role,
            "section": people[user_id].section,
            "student_number": people[user_id].number,
        }
        for user_id, number in found.items()
    ]
    if rows:
        session.execute(sa.update(Enrolment), rows)


def change_accounts(
    session: Session, people: Mapping[int, Details], moved: Collection[int]
) -> None:
    """Give their accounts these names and addresses.

    Of whom is `moved`, since the address is another, every open link and session ends.
    """
    if people:
        rows = [{"id": n, "name": who.name, "email": who.email} for n, who in people.items()]
        session.execute(sa.update(User), rows)
    end_links(session, moved)


def end_links(session: Session, user_ids: Collection[int]) -> None:
    """End every open link that sets a password, and every session and token with it."""
    end_everything(session, user_ids)
    for part in in_parts(sorted(user_ids)):
        session.execute(sa.update(User).where(User.id.in_(part)).values(invited_at=None))
