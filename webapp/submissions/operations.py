"""Taking in a submission: content, attempt and job in one durable transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.models import CourseAssignment, Lane, Submission, SubmissionState, User
from webapp.queue import jobs
from webapp.scoring import counting
from webapp.site.uploads import Upload, store
from webapp.submissions.tries import tries_of

_TRIES = 5
_TAKEN_AGAIN = (SubmissionState.FAULT, SubmissionState.CANCELLED)


class AttemptRefused(Exception):
    """No further attempt is taken now: one sentence."""


@dataclass(frozen=True)
class Receipt:
    """The submission that an upload led to; `new` is False when it was the latest work again."""

    submission: Submission
    new: bool


def receive(
    session: Session,
    assignment: CourseAssignment,
    *,
    user_id: int,
    upload: Upload,
    digest: str,
    lane: Lane = Lane.INTERACTIVE,
    received_at: datetime | None = None,
    limited: bool = False,
) -> Receipt:
    """Store the upload and queue its grading; when this returns, the disk has it.

    It came at `received_at`, or else now, however long others keep it waiting. With `limited` the
    assignment's limits hold, and AttemptRefused says why no attempt is taken.

    Two uploads of one student at the same moment get two attempt numbers, and the same work twice
    is one attempt: the student's row is locked meanwhile (PostgreSQL), or the number is refused and
    everything is looked at again (SQLite).
    """
    assignment_id, moment = assignment.id, received_at or now()
    for remaining in reversed(range(_TRIES)):
        try:
            student = sa.select(User.id).where(User.id == user_id)
            session.execute(student.with_for_update(key_share=True))
            newest = latest_attempt(session, assignment_id, user_id)
            if newest and newest.digest == digest and newest.state not in _TAKEN_AGAIN:
                session.rollback()
                return Receipt(newest, new=False)
            if limited:
                _check_limits(session, assignment_id, user_id, moment)
            number = 1 if newest is None else newest.attempt + 1
            submission = _attempt(assignment_id, user_id, number, upload=upload, digest=digest)
            submission.received_at = moment
            _queue(session, submission, upload, lane)
            return Receipt(submission, new=True)
        except IntegrityError:
            session.rollback()
            if not remaining:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _attempt(
    assignment_id: int, user_id: int, number: int, *, upload: Upload, digest: str
) -> Submission:
    return Submission(
        course_assignment_id=assignment_id,
        user_id=user_id,
        attempt=number,
        filename=upload.filename,
        size=len(upload.data),
        sha256=upload.sha256,
        digest=digest,
    )


def _queue(session: Session, submission: Submission, upload: Upload, lane: Lane) -> None:
    """The file, the attempt and its job at once; commits."""
    store(session, upload)
    session.add(submission)
    session.flush()
    counting.recount_submission(session, submission)
    jobs.enqueue(session, submission, lane)
    session.commit()


def _check_limits(session: Session, assignment_id: int, user_id: int, moment: datetime) -> None:
    item = session.get_one(CourseAssignment, assignment_id)
    if item.attempt_limit is None and not item.pause_minutes:
        return
    made = session.scalars(
        sa.select(Submission).where(
            Submission.course_assignment_id == assignment_id, Submission.user_id == user_id
        )
    )
    refusal = tries_of(item, made).refusal(item.course.time_zone, moment)
    if refusal:
        session.rollback()
        raise AttemptRefused(refusal)


def latest_attempt(session: Session, assignment_id: int, user_id: int) -> Submission | None:
    """The student's newest attempt at an assignment."""
    return session.scalar(
        sa.select(Submission)
        .where(Submission.course_assignment_id == assignment_id, Submission.user_id == user_id)
        .order_by(Submission.attempt.desc())
        .limit(1)
    )
