"""Making similarity reports beside the grading: a worker takes one, notes progress, writes pairs.

Nothing is executed: notebooks are parsed and compared as text. A worker that dies stops extending
its lease, and another begins the report anew; one that was cancelled stops at its next note.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.base.database import moment_of
from webapp.models import (
    Content,
    Course,
    CourseAssignment,
    Enrolment,
    ReportState,
    Role,
    SimilarityReport,
    SimilarPair,
    Submission,
)
from webapp.similarity.reports import packed

if TYPE_CHECKING:
    from autograder.similarity import Document, Found

log = logging.getLogger("heldout.similarity")

# The release is built first, which may take a minute.
_LEASE = timedelta(minutes=3)
_GIVE_UP = timedelta(hours=1)
_POLL_SECONDS = 1.0
_TOGETHER = 50
_OUR_FAULT = "The comparison failed, which is a fault of ours: the worker's log says why."

Release = Callable[[Session, str], bytes]


def keep_taking(engine: sa.Engine, owner: str, stop: threading.Event) -> None:
    """Make one report after the other until `stop` is set."""
    while not stop.wait(_POLL_SECONDS):
        try:
            while not stop.is_set() and take_one(engine, owner):
                pass
        except SQLAlchemyError as error:
            log.warning("no report could be taken: %s", error)


def take_one(engine: sa.Engine, owner: str, release: Release | None = None) -> bool:
    """Make the report that waits longest; False when none waits."""
    from webapp.grading.release import NoRelease, released_notebook

    with Session(engine) as session:
        number = _claim(session, owner)
    if number is None:
        return False
    try:
        _make(engine, owner, number, release or released_notebook)
    except NoRelease as error:
        _finish(engine, owner, number, state=ReportState.FAILED, error=str(error))
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("similarity report %d failed", number)
        _finish(engine, owner, number, state=ReportState.FAILED, error=_OUR_FAULT)
    return True


def _claim(session: Session, owner: str) -> int | None:
    """The oldest report that waits or whose worker died; commits."""
    moment = moment_of(session)
    session.execute(
        sa.update(SimilarityReport)
        .where(
            SimilarityReport.state == ReportState.RUNNING,
            SimilarityReport.lease_expires_at < moment,
            SimilarityReport.created_at < moment - _GIVE_UP,
        )
        .values(state=ReportState.FAILED, error=_OUR_FAULT, closed_at=moment)
    )
    waits = sa.or_(
        SimilarityReport.state == ReportState.QUEUED,
        sa.and_(
            SimilarityReport.state == ReportState.RUNNING,
            SimilarityReport.lease_expires_at < moment,
        ),
    )
    archived = sa.select(CourseAssignment.id).join(Course).where(Course.archived_at.is_not(None))
    number = session.scalar(
        sa.select(SimilarityReport.id)
        .where(waits, SimilarityReport.course_assignment_id.not_in(archived))
        .order_by(SimilarityReport.id)
        .limit(1)
    )
    if number is not None:
        taken = session.execute(
            sa.update(SimilarityReport)
            .where(SimilarityReport.id == number, waits)
            .values(
                state=ReportState.RUNNING, owner=owner, done=0, lease_expires_at=moment + _LEASE
            )
            .execution_options(synchronize_session=False)
        )
        number = number if taken.rowcount else None  # type: ignore[attr-defined]
    session.commit()
    return number


def _make(engine: sa.Engine, owner: str, number: int, release: Release) -> None:
    from autograder.similarity import Stopped, compare
    from autograder.submitted.notebook import parse_notebook

    with Session(engine) as session:
        report = session.get_one(SimilarityReport, number)
        assignment = session.get_one(CourseAssignment, report.course_assignment_id)
        chosen = _chosen(session, assignment, all_attempts=report.all_attempts)
        name = assignment.assignment
    if not _note(engine, owner, number, done=0, total=len(chosen)):
        return
    with Session(engine) as session:
        given = parse_notebook(release(session, name))
    try:
        found = compare(
            _documents(engine, chosen),
            [given],
            lambda done: _note(engine, owner, number, done=done, total=len(chosen)),
        )
    except Stopped:
        return
    _write(engine, owner, number, found)


def _chosen(
    session: Session, assignment: CourseAssignment, *, all_attempts: bool
) -> list[tuple[int, int, str]]:
    """The attempts to compare: number, student and content; one student's same file once."""
    rows = session.execute(
        sa.select(Submission.id, Submission.user_id, Submission.sha256)
        .join(Enrolment, Enrolment.user_id == Submission.user_id)
        .where(
            Submission.course_assignment_id == assignment.id,
            Enrolment.course_id == assignment.course_id,
            Enrolment.role == Role.STUDENT,
        )
        .order_by(Submission.user_id, Submission.attempt)
    )
    kept: dict[Any, tuple[int, int, str]] = {}
    for row in rows:
        kept[(row.user_id, row.sha256) if all_attempts else row.user_id] = (
            row.id,
            row.user_id,
            row.sha256,
        )
    return list(kept.values())


def _documents(engine: sa.Engine, chosen: Sequence[tuple[int, int, str]]) -> Iterator[Document]:
    """The notebooks, some at a time, so that a class need not fit into memory."""
    from autograder.similarity import Document
    from autograder.submitted.notebook import NotebookRejected, parse_notebook

    for begin in range(0, len(chosen), _TOGETHER):
        part = chosen[begin : begin + _TOGETHER]
        with Session(engine) as session:
            wanted = sa.select(Content.sha256, Content.data).where(
                Content.sha256.in_([sha256 for _, _, sha256 in part])
            )
            data = {row.sha256: row.data for row in session.execute(wanted)}
        for submission, student, sha256 in part:
            try:
                notebook = parse_notebook(data[sha256])
            except NotebookRejected:  # it was readable to an earlier version alone
                log.warning("submission %d cannot be read and is not compared", submission)
                continue
            yield Document(submission, student, notebook)


def _write(engine: sa.Engine, owner: str, number: int, found: Found) -> None:
    with Session(engine) as session:
        values = {"students": found.students, "left_out": packed(found.left_out)}
        if not _update(session, owner, number, state=ReportState.DONE, **values):
            return
        session.execute(sa.delete(SimilarPair).where(SimilarPair.report_id == number))
        session.add_all(
            SimilarPair(
                report_id=number,
                rank=rank,
                left_id=pair.left,
                right_id=pair.right,
                shared=pair.shared,
                figure=pair.figure,
            )
            for rank, pair in enumerate(found.pairs, start=1)
        )
        session.commit()


def _note(engine: sa.Engine, owner: str, number: int, *, done: int, total: int) -> bool:
    """Show how far it has come; False when it is no longer ours."""
    with Session(engine) as session:
        lease = moment_of(session) + _LEASE
        kept = _update(session, owner, number, done=done, total=total, lease_expires_at=lease)
        session.commit()
        return kept


def _finish(engine: sa.Engine, owner: str, number: int, *, state: ReportState, error: str) -> None:
    with Session(engine) as session:
        _update(session, owner, number, state=state, error=error)
        session.commit()


def _update(session: Session, owner: str, number: int, **values: Any) -> bool:
    """Change the report only while it runs and is ours."""
    if "state" in values:
        values["closed_at"] = moment_of(session)
    changed = session.execute(
        sa.update(SimilarityReport)
        .where(
            SimilarityReport.id == number,
            SimilarityReport.state == ReportState.RUNNING,
            SimilarityReport.owner == owner,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]
