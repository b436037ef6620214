"""Who is in a course, who takes part elsewhere as well, and what staff noted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.database import in_parts
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    PaperReview,
    Proposal,
    Role,
    Slide,
    StudentNote,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.people.roster import RosterError


@dataclass(frozen=True)
class Member:
    """Someone in a course."""

    id: int
    name: str
    email: str
    role: Role
    section: str


def members(session: Session, course: Course, *, page: int, rows: int) -> tuple[list[Member], int]:
    """A page of the course's people by name, empty beyond the last, and how many there are."""
    people = (
        sa.select(User.id, User.name, User.email, Enrolment.role, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id)
    )
    ordered = people.order_by(User.name, User.id)
    shown = session.execute(ordered.limit(rows).offset((page - 1) * rows)).all()
    found = session.scalar(sa.select(sa.func.count()).select_from(people.subquery())) or 0
    return [Member(*row) for row in shown], found


def active_member(session: Session, course: Course, user_id: int) -> User | None:
    """Someone of the course who may sign in."""
    return session.scalar(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(User.id == user_id, Enrolment.course_id == course.id, User.active)
    )


def users_by_email(session: Session, emails: Sequence[str]) -> dict[str, User]:
    """The accounts that there are, by their address."""
    found: dict[str, User] = {}
    for some in in_parts(emails):
        found |= {u.email: u for u in session.scalars(sa.select(User).where(User.email.in_(some)))}
    return found


def course_named(session: Session, slug: str) -> Course:
    """A course by its short name; raises RosterError, which names those that there are."""
    course = session.scalar(sa.select(Course).where(Course.slug == slug))
    if course is None:
        known = ", ".join(session.scalars(sa.select(Course.slug))) or "none"
        raise RosterError(f"There is no course {slug!r}; known: {known}.")
    return course


def notes_of(session: Session, course: Course, student: User) -> Sequence[StudentNote]:
    """What staff noted about a student, newest first."""
    return session.scalars(
        sa.select(StudentNote)
        .options(joinedload(StudentNote.author))
        .where(StudentNote.course_id == course.id, StudentNote.user_id == student.id)
        .order_by(StudentNote.id.desc())
    ).all()


def out_of_reach(session: Session, instructor_id: int, user_ids: Collection[int]) -> set[int]:
    """Whose password an instructor must not be able to set: they take part elsewhere as well.

    A link would open that other course too, or the work that is kept of one who has left it, so
    only the person gets one, by mail.
    """
    own = sa.select(Enrolment.course_id).where(
        Enrolment.user_id == instructor_id, Enrolment.role == Role.INSTRUCTOR
    )
    found = {instructor_id} & set(user_ids)
    for some in in_parts(list(user_ids)):
        for statement in _part_elsewhere(own, some):
            found |= set(session.scalars(statement))
    return found


def _part_elsewhere(own: sa.Select[int], ids: Sequence[int]) -> Iterator[sa.Select[int]]:
    """Who of `ids` takes part, or has handed something in, in a course that is not among `own`."""
    for table in (Enrolment, TeamMember, PaperReview):
        yield sa.select(table.user_id).where(table.user_id.in_(ids), table.course_id.not_in(own))
    yield (
        sa.select(Submission.user_id)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(Submission.user_id.in_(ids), CourseAssignment.course_id.not_in(own))
        .distinct()
    )
    yield (
        sa.select(Slide.user_id)
        .join(Proposal, Slide.proposal_id == Proposal.id)
        .join(Team, Proposal.team_id == Team.id)
        .where(Slide.user_id.in_(ids), Team.course_id.not_in(own))
    )
