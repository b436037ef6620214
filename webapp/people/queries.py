"""Who is in a course or was, who takes part elsewhere as well, and what somebody leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import Missing, in_parts
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    FormerEnrolment,
    PaperReview,
    Proposal,
    Reader,
    Role,
    Slide,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.people.person import Details


@dataclass(frozen=True)
class Member:
    """Someone in a course, or formerly: `left_at` says since when; `invited_at` is of a link."""

    id: int
    details: Details
    has_password: bool
    invited_at: datetime | None
    left_at: datetime | None = None


def members(session: Session, course: Course, *, page: int, rows: int) -> tuple[list[Member], int]:
    """A page of the course's people by name, empty beyond the last, and how many there are."""
    return _page(session, of_course(course), page, rows)


def former_members(
    session: Session, course: Course, *, page: int, rows: int
) -> tuple[list[Member], int]:
    """The same of those who left it."""
    return _page(session, formerly_of(course), page, rows)


def _page(
    session: Session, people: sa.Select[*tuple[Any, ...]], page: int, rows: int
) -> tuple[list[Member], int]:
    ordered = people.order_by(User.name, User.id)
    shown = session.execute(ordered.limit(rows).offset((page - 1) * rows)).all()
    found = session.scalar(sa.select(sa.func.count()).select_from(people.subquery())) or 0
    return [member(row) for row in shown], found


def of_course(course: Course) -> sa.Select[*tuple[Any, ...]]:
    """Everybody in a course, for `member`."""
    part = Enrolment
    return _people(part, sa.null()).where(part.course_id == course.id)


def formerly_of(course: Course) -> sa.Select[*tuple[Any, ...]]:
    """Everybody who left a course, for `member`."""
    part = FormerEnrolment
    return _people(part, part.left_at).where(part.course_id == course.id)


def _people(
    part: type[Enrolment] | type[FormerEnrolment], left_at: Any
) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        User.id,
        User.name,
        User.email,
        part.role,
        part.section,
        part.student_number,
        User.password.is_not(None),
        User.invited_at,
        left_at.label("left_at"),
    ).join(part, part.user_id == User.id)


def member(row: sa.Row[*tuple[Any, ...]]) -> Member:
    """A row of `of_course` or `formerly_of`, whatever was added to its end."""
    number, *details, has_password, invited_at, left_at = row[:9]
    return Member(number, Details(*details), has_password, invited_at, left_at)


def member_of(session: Session, course: Course, user_id: int) -> Member:
    """Someone of the course; raises Missing."""
    row = session.execute(of_course(course).where(User.id == user_id)).first()
    if row is None:
        raise Missing
    return member(row)


def former_member_of(session: Session, course: Course, user_id: int) -> Member:
    """Someone who left the course; raises Missing."""
    row = session.execute(formerly_of(course).where(User.id == user_id)).first()
    if row is None:
        raise Missing
    return member(row)


def active_member(session: Session, course: Course, user_id: int) -> User | None:
    """Someone of the course who may sign in."""
    return session.scalar(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(User.id == user_id, Enrolment.course_id == course.id, User.active)
    )


def user_by_email(session: Session, email: str) -> User | None:
    """Whose address it is."""
    return session.scalar(sa.select(User).where(User.email == email))


def without_password(session: Session, course_id: int, *, invited: bool | None) -> list[User]:
    """Who of the course has set no password: all, or those who were given a link, or were not."""
    statement = (
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id, User.password.is_(None), User.active)
        .order_by(User.name, User.id)
    )
    if invited is not None:
        was = User.invited_at.is_not(None)
        statement = statement.where(was if invited else sa.not_(was))
    return list(session.scalars(statement))


@dataclass(frozen=True)
class Uninvited:
    """How many of a course have no password: without a link so far, and with one."""

    without_link: int
    with_link: int


def uninvited(session: Session, course: Course) -> Uninvited:
    """Who is yet to sign in, counted."""
    was = sa.func.count(User.invited_at)
    row = session.execute(
        sa.select(sa.func.count(User.id), was)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, User.password.is_(None), User.active)
    ).one()
    return Uninvited(row[0] - row[1], row[1])


@dataclass(frozen=True)
class Leaves:
    """What somebody leaves behind in a course; their work is kept."""

    submissions: int
    readings: int
    team: str
    review: bool


def leaves(session: Session, course: Course, user_id: int) -> Leaves:
    """What stays where somebody is taken out: one statement."""
    count = sa.func.count()
    handed_in = (
        sa.select(count)
        .select_from(Submission)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(Submission.user_id == user_id, CourseAssignment.course_id == course.id)
    )
    to_read = sa.select(count).select_from(Reader)
    to_read = to_read.where(Reader.grader_id == user_id, Reader.course_id == course.id)
    team = (
        sa.select(Team.name)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id, TeamMember.course_id == course.id)
    )
    review = sa.select(count).select_from(PaperReview)
    review = review.where(PaperReview.user_id == user_id, PaperReview.course_id == course.id)
    parts = [each.scalar_subquery() for each in (handed_in, to_read, team, review)]
    row = session.execute(sa.select(*parts)).one()
    return Leaves(row[0], row[1], row[2] or "", bool(row[3]))


def readers_among(session: Session, course_id: int, user_ids: Collection[int]) -> set[int]:
    """Who of them was given something to read in the course."""
    given = sa.select(Reader.grader_id).where(Reader.course_id == course_id).distinct()
    return set(session.scalars(given)) & set(user_ids)


def course_numbered(session: Session, slug: str) -> tuple[int | None, list[str]]:
    """A course's number by its short name, and the names of all that there are."""
    found = {row.slug: row.id for row in session.execute(sa.select(Course.slug, Course.id))}
    return found.get(slug), sorted(found)


def out_of_reach(session: Session, instructor_id: int, user_ids: Collection[int]) -> set[int]:
    """Whose password an instructor must not be able to set: they take part elsewhere as well.

    A link would open that other course too, or the work that is kept of one who has left it, so
    only the person gets one, by mail. The same holds for whom the site trusts with more. An
    administrator of the site is kept from nobody's.
    """
    if is_administrator(session, instructor_id):
        return {instructor_id} & set(user_ids)
    own = sa.select(Enrolment.course_id).where(
        Enrolment.user_id == instructor_id, Enrolment.role == Role.INSTRUCTOR
    )
    taught = list(session.scalars(own))
    found = {instructor_id} & set(user_ids)
    found |= trusted_by_the_site(session, user_ids)
    return found | part_elsewhere(session, taught, user_ids)


def is_administrator(session: Session, user_id: int) -> bool:
    """Whether somebody looks after the site."""
    return bool(session.scalar(sa.select(User.is_administrator).where(User.id == user_id)))


def trusted_by_the_site(session: Session, user_ids: Collection[int]) -> set[int]:
    """Who of them looks after the site, or makes courses in it."""
    found: set[int] = set()
    for some in in_parts(list(user_ids)):
        more = sa.or_(User.is_administrator, User.may_create_courses)
        found |= set(session.scalars(sa.select(User.id).where(User.id.in_(some), more)))
    return found


def part_elsewhere(
    session: Session, course_ids: Collection[int], user_ids: Collection[int]
) -> set[int]:
    """Who of them takes part, or has handed something in, in a course that is none of these."""
    found: set[int] = set()
    for some in in_parts(list(user_ids)):
        for statement in _part_elsewhere(course_ids, some):
            found |= set(session.scalars(statement))
    return found


def _part_elsewhere(own: Collection[int], ids: Sequence[int]) -> Iterator[sa.Select[int]]:
    for table in (Enrolment, FormerEnrolment, TeamMember, PaperReview):
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
