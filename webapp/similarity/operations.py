"""What instructors do about similarity: have a class compared, or stop that."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import (
    CourseAssignment,
    Enrolment,
    ReportState,
    SimilarityReport,
    SimilarPair,
    Submission,
)
from webapp.similarity.reports import latest_report

_OPEN = (ReportState.QUEUED, ReportState.RUNNING)


class SimilarityRefused(Exception):
    """A report cannot be started or cancelled now: one sentence."""


def compare_notebooks(
    session: Session, actor: Enrolment, assignment: CourseAssignment, *, all_attempts: bool
) -> SimilarityReport:
    """Have the class compared by a worker. Raises SimilarityRefused."""
    with change(session):
        report = queue_report(
            session, assignment, actor_id=actor.user_id, all_attempts=all_attempts
        )
        attempts = "all" if all_attempts else "latest"
        subject = f"similarity of {assignment.assignment}"
        record(session, actor, "compare notebooks", subject=subject, attempts=attempts)
    return report


def queue_report(
    session: Session, assignment: CourseAssignment, *, actor_id: int | None, all_attempts: bool
) -> SimilarityReport:
    """The same without a line in the log, as sample data needs it; the caller commits."""
    session.execute(  # one start at a time; SQLite has one writer anyway
        sa.select(CourseAssignment.id).where(CourseAssignment.id == assignment.id).with_for_update()
    )
    latest = latest_report(session, assignment)
    if latest is not None and latest.open:
        raise SimilarityRefused("A report of this assignment is being made: wait or cancel it.")
    some = sa.select(Submission.id).where(Submission.course_assignment_id == assignment.id)
    if session.scalar(some.limit(1)) is None:
        raise SimilarityRefused("Nobody has submitted yet, so there is nothing to compare.")
    _forget_earlier(session, assignment)
    report = SimilarityReport(
        course_assignment_id=assignment.id, started_by_id=actor_id, all_attempts=all_attempts
    )
    session.add(report)
    session.flush()
    return report


def _forget_earlier(session: Session, assignment: CourseAssignment) -> None:
    earlier = sa.select(SimilarityReport.id).where(
        SimilarityReport.course_assignment_id == assignment.id
    )
    session.execute(sa.delete(SimilarPair).where(SimilarPair.report_id.in_(earlier)))
    session.execute(
        sa.delete(SimilarityReport).where(SimilarityReport.course_assignment_id == assignment.id)
    )


def open_reports(session: Session, course_id: int) -> int:
    """How many reports of a course wait or are being made."""
    counted = sa.select(sa.func.count()).where(*_open_in(course_id))
    return session.scalar(counted) or 0


def stop_reports(session: Session, course_id: int) -> None:
    """Stop every report of a course that waits or is being made; the caller commits."""
    session.execute(
        sa.update(SimilarityReport)
        .where(*_open_in(course_id))
        .values(state=ReportState.CANCELLED, closed_at=now())
        .execution_options(synchronize_session=False)
    )


def _open_in(course_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    assignments = sa.select(CourseAssignment.id).where(CourseAssignment.course_id == course_id)
    return (
        SimilarityReport.course_assignment_id.in_(assignments),
        SimilarityReport.state.in_(_OPEN),
    )


def cancel_comparison(
    session: Session, actor: Enrolment, assignment: CourseAssignment
) -> SimilarityReport:
    """Stop the report that is being made. Raises SimilarityRefused."""
    with change(session):
        report = _cancel(session, assignment)
        subject = f"similarity of {assignment.assignment}"
        record(session, actor, "cancel comparison", subject=subject)
    return report


def _cancel(session: Session, assignment: CourseAssignment) -> SimilarityReport:
    stopped = session.execute(
        sa.update(SimilarityReport)
        .where(
            SimilarityReport.course_assignment_id == assignment.id,
            SimilarityReport.state.in_(_OPEN),
        )
        .values(state=ReportState.CANCELLED, closed_at=now())
        .execution_options(synchronize_session=False)
    )
    report = latest_report(session, assignment)
    if report is None or not stopped.rowcount:  # type: ignore[attr-defined]
        raise SimilarityRefused("No report of this assignment is being made any more.")
    session.refresh(report)
    return report
