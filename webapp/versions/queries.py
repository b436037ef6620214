"""The site's assignments, their versions, and where they are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.assignments.finding import placed
from webapp.assignments.queries import in_use
from webapp.base.database import Missing
from webapp.models import AssignmentVersion, Course, CourseAssignment, Enrolment, Role, Submission


@dataclass(frozen=True)
class Numbered:
    """A version with its number among those of its assignment, which never changes."""

    number: int
    version: AssignmentVersion
    in_use: bool


@dataclass(frozen=True)
class SiteAssignment:
    """An assignment of the site; without `newest` it is placed alone, without `used` not brought.

    `used` is the number of the version in use.
    """

    id: str
    placed: bool
    newest: Numbered | None = None
    used: int | None = None

    @property
    def title(self) -> str:
        """The newest version's; what is placed is called by its id."""
        return self.newest.version.title if self.newest else self.id


@dataclass(frozen=True)
class SetIn:
    """A course that sets the assignment; `instructs` says whether whoever asks teaches it."""

    slug: str
    title: str
    submissions: int
    instructs: bool


def versions_of(session: Session, name: str) -> list[Numbered]:
    """Every version of an assignment, the newest first: two statements; raises Missing."""
    found = session.scalars(
        sa.select(AssignmentVersion)
        .where(AssignmentVersion.assignment == name)
        .options(joinedload(AssignmentVersion.brought_by))
        .order_by(AssignmentVersion.id)
    ).all()
    if not found:
        raise Missing
    return _numbered(found, in_use(session).get(name))[::-1]


def version_numbered(session: Session, name: str, number: int) -> Numbered:
    """One version by its number; raises Missing."""
    found = next((v for v in versions_of(session, name) if v.number == number), None)
    if found is None:
        raise Missing
    return found


def _numbered(versions: Sequence[AssignmentVersion], used: str | None) -> list[Numbered]:
    return [Numbered(n, v, v.digest == used) for n, v in enumerate(versions, start=1)]


def site_assignments(session: Session) -> list[SiteAssignment]:
    """What was brought to the site or lies in the shared folder, by id: two statements."""
    rows = session.scalars(sa.select(AssignmentVersion).order_by(AssignmentVersion.id)).all()
    brought: dict[str, list[AssignmentVersion]] = {}
    for row in rows:
        brought.setdefault(row.assignment, []).append(row)
    here, used = set(placed()), in_use(session)
    return [
        _site_assignment(name, brought.get(name, []), used.get(name), placed=name in here)
        for name in sorted({*here, *brought})
    ]


def _site_assignment(
    name: str, versions: Sequence[AssignmentVersion], used: str | None, *, placed: bool
) -> SiteAssignment:
    numbered = _numbered(versions, used)
    number = next((each.number for each in numbered if each.in_use), None)
    return SiteAssignment(name, placed, numbered[-1] if numbered else None, number)


def set_in(session: Session, name: str, *, viewer_id: int | None) -> list[SetIn]:
    """The courses that set an assignment and are not archived: one statement."""
    submissions = (
        sa.select(sa.func.count(Submission.id))
        .where(Submission.course_assignment_id == CourseAssignment.id)
        .scalar_subquery()
    )
    instructs = sa.exists().where(
        Enrolment.course_id == Course.id,
        Enrolment.user_id == viewer_id,
        Enrolment.role == Role.INSTRUCTOR,
    )
    rows = session.execute(
        sa.select(Course.slug, Course.title, submissions.label("n"), instructs.label("instructs"))
        .join(CourseAssignment, CourseAssignment.course_id == Course.id)
        .where(CourseAssignment.assignment == name, Course.archived_at.is_(None))
        .order_by(Course.title, Course.id)
    )
    return [SetIn(row.slug, row.title, row.n, row.instructs) for row in rows]
