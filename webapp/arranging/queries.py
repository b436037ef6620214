"""What an assignment has in its course, and where else somebody sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from webapp.arranging.copying import differences, settings_from
from webapp.base.database import Missing
from webapp.models import (
    BulkImport,
    Course,
    CourseAssignment,
    Enrolment,
    ImportState,
    Job,
    JobState,
    ReportState,
    ResultRule,
    Role,
    SimilarityReport,
    Submission,
)
from webapp.visibility.sight import sight_of

RULES = {
    ResultRule.AT_ONCE: "at once",
    ResultRule.AFTER_DUE: "after the due time",
    ResultRule.PUBLISHED: "when staff publish them",
}
_AT_WORK = (JobState.QUEUED, JobState.RUNNING)
_COMPARING = (ReportState.QUEUED, ReportState.RUNNING)


@dataclass(frozen=True)
class Work:
    """What was handed in to an assignment: how many times, and by how many students.

    `under_way` is what is being graded, compared or imported.
    """

    submissions: int
    students: int
    under_way: int

    @property
    def any(self) -> bool:
        """Whether anybody handed in anything."""
        return self.submissions > 0


def work_of(session: Session, item: CourseAssignment) -> Work:
    """What was handed in to an assignment: one statement."""
    mine = Submission.course_assignment_id == item.id
    grading = (
        sa.select(sa.func.count(Job.id))
        .join(Submission, Job.submission_id == Submission.id)
        .where(mine, Job.state.in_(_AT_WORK))
    )
    comparing = sa.select(sa.func.count(SimilarityReport.id)).where(
        SimilarityReport.course_assignment_id == item.id, SimilarityReport.state.in_(_COMPARING)
    )
    importing = sa.select(sa.func.count(BulkImport.id)).where(
        BulkImport.course_assignment_id == item.id, BulkImport.state == ImportState.OPEN
    )
    under_way = sum(each.scalar_subquery() for each in (comparing, importing)) + (
        grading.scalar_subquery()
    )
    row = session.execute(
        sa.select(
            sa.func.count(Submission.id),
            sa.func.count(sa.distinct(Submission.user_id)),
            under_way,
        ).where(mine)
    ).one()
    return Work(*row)


def sources_of(session: Session, actor: Enrolment, item: CourseAssignment) -> Sequence[Course]:
    """The other courses that somebody instructs and that have the same assignment."""
    return session.scalars(_sources(actor, item).with_only_columns(Course)).all()


def source_in(
    session: Session, actor: Enrolment, item: CourseAssignment, slug: str
) -> CourseAssignment:
    """The same assignment in another course that somebody instructs; raises Missing."""
    found = session.scalar(_sources(actor, item).where(Course.slug == slug))
    if found is None:
        raise Missing
    return found


def differences_to(
    session: Session, item: CourseAssignment, source: CourseAssignment
) -> list[tuple[str, str, str]]:
    """What would change if it were set as there: the setting, what it is, what it would be."""
    found = differences(item, settings_from(source, item), item.course.time_zone)
    here, there = sight_of(session, item).rule, sight_of(session, source).rule
    if here != there:
        found.append(("When students see results", RULES[here], RULES[there]))
    return found


def _sources(actor: Enrolment, item: CourseAssignment) -> sa.Select[CourseAssignment]:
    return (
        sa.select(CourseAssignment)
        .join(CourseAssignment.course)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .options(contains_eager(CourseAssignment.course))
        .where(
            CourseAssignment.assignment == item.assignment,
            CourseAssignment.id != item.id,
            Enrolment.user_id == actor.user_id,
            Enrolment.role == Role.INSTRUCTOR,
        )
        .order_by(Course.id.desc())
    )
