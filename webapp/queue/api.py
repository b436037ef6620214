"""The queue by program: what waits and why, retry, pause; and similarity reports."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort

from webapp.api.operations import operation
from webapp.audit.record import Action, record
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles, submission_in
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    ReportState,
    Role,
    SimilarityReport,
    Submission,
)
from webapp.queue import jobs, steering, workers
from webapp.queue.waiting import moment_of
from webapp.results import schemas
from webapp.similarity import reports as similarity_reports
from webapp.similarity.reports import SimilarityRefused
from webapp.submissions.pages import steer

_QUEUE = "/courses/<slug>/staff/queue"
_SIMILARITY = "/courses/<slug>/staff/assignments/<name>/similarity"
_OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.DEAD)
_MOST_ROWS = 200


@operation(
    "GET",
    _QUEUE,
    summary="What waits, runs or was stopped by a fault, and the workers",
    scopes=("read",),
    answers={200: schemas.Queue},
)
@for_roles(*STAFF)
def queue(enrolment: Enrolment) -> schemas.Queue:
    rows = db.session.execute(
        sa.select(Job, CourseAssignment.assignment)
        .join(Job.submission)
        .join(Submission.course_assignment)
        .where(CourseAssignment.course_id == enrolment.course_id, Job.state.in_(_OPEN))
        .order_by(Job.state, Job.id)
        .limit(_MOST_ROWS)
    )
    return schemas.Queue(
        enrolment.course.grading_paused_at is not None,
        [
            schemas.QueuedJob(
                job.submission_id,
                name,
                lane=job.lane,
                queue=job.queue,
                state=job.state,
                faults=job.faults,
                error=job.last_error,
            )
            for job, name in rows
        ],
        [
            schemas.WorkerInfo(each.host, each.slots, each.queues.split(), each.draining)
            for each in workers.live(db.session, moment_of(db.session))
        ],
    )


@operation(
    "POST",
    f"{_QUEUE}/pause",
    summary="Grade nothing more in the course, or go on; uploads are taken all the same",
    scopes=("grade",),
    body=schemas.Pause,
    answers={200: schemas.Pause},
)
@for_roles(Role.INSTRUCTOR)
def pause_queue(enrolment: Enrolment, body: schemas.Pause) -> schemas.Pause:
    steering.pause(db.session, enrolment.course, paused=body.paused)
    action: Action = "pause grading" if body.paused else "resume grading"
    subject = f"course {enrolment.course.slug}"
    record(db.session, enrolment, action, subject=subject, by="API")
    db.session.commit()
    return body


@operation(
    "POST",
    "/courses/<slug>/staff/submissions/<int:submission_id>/retry",
    summary="Queue a submission again that a fault or staff had stopped",
    scopes=("grade",),
    answers={200: schemas.Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def retry_submission(enrolment: Enrolment, submission_id: int) -> schemas.Kept:
    submission = submission_in(enrolment, submission_id)
    if not steer(enrolment, submission, jobs.retry, "grade again", by="API"):
        abort(409, "That submission was not stopped, so there is nothing to try again.")
    return schemas.Kept(True)


@operation(
    "POST",
    "/courses/<slug>/staff/submissions/<int:submission_id>/cancel",
    summary="Take a submission out of the queue",
    scopes=("grade",),
    answers={200: schemas.Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def cancel_submission(enrolment: Enrolment, submission_id: int) -> schemas.Kept:
    submission = submission_in(enrolment, submission_id)
    if not steer(enrolment, submission, steering.cancel, "cancel", by="API"):
        abort(409, "That submission does not wait any more, so nothing was cancelled.")
    return schemas.Kept(True)


@operation(
    "GET",
    _SIMILARITY,
    summary="The newest comparison of the class: how far it is, and its pairs",
    scopes=("read",),
    answers={200: schemas.SimilarityInfo},
)
@for_roles(Role.INSTRUCTOR)
def similarity(enrolment: Enrolment, name: str) -> schemas.SimilarityInfo:
    found = similarity_reports.latest_report(db.session, assignment_in(enrolment, name))
    return _info(found) if found is not None else abort(404)


@operation(
    "POST",
    _SIMILARITY,
    summary="Compare the class's notebooks; a worker does it",
    scopes=("grade",),
    body=schemas.NewSimilarity,
    answers={201: schemas.SimilarityInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def start_similarity(
    enrolment: Enrolment, name: str, body: schemas.NewSimilarity
) -> tuple[schemas.SimilarityInfo, int]:
    try:
        started = similarity_reports.start(
            db.session,
            assignment_in(enrolment, name),
            actor_id=enrolment.user_id,
            all_attempts=body.all_attempts,
        )
    except SimilarityRefused as error:
        db.session.rollback()
        abort(409, str(error))
    attempts = "all" if body.all_attempts else "latest"
    subject = f"similarity of {name}"
    record(db.session, enrolment, "compare notebooks", subject=subject, attempts=attempts, by="API")
    db.session.commit()
    return _info(started), 201


@operation(
    "POST",
    f"{_SIMILARITY}/cancel",
    summary="Stop the comparison that is being made",
    scopes=("grade",),
    answers={200: schemas.SimilarityInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def cancel_similarity(enrolment: Enrolment, name: str) -> schemas.SimilarityInfo:
    try:
        stopped = similarity_reports.cancel(db.session, assignment_in(enrolment, name))
    except SimilarityRefused as error:
        db.session.rollback()
        abort(409, str(error))
    subject = f"similarity of {name}"
    record(db.session, enrolment, "cancel comparison", subject=subject, by="API")
    db.session.commit()
    return _info(stopped)


def _info(report: SimilarityReport) -> schemas.SimilarityInfo:
    pairs = []
    if report.state == ReportState.DONE:
        listed = similarity_reports.pairs_of(db.session, report, page=1, rows=_MOST_ROWS)
        pairs = [
            schemas.SimilarPairInfo(
                left=pair.left_id,
                right=pair.right_id,
                left_user=pair.left.user_id,
                right_user=pair.right.user_id,
                figure=pair.figure,
                shared=pair.shared,
                same_team=pair.id in listed.team_mates,
            )
            for pair in listed.pairs
        ]
    return schemas.SimilarityInfo(
        state=report.state,
        all_attempts=report.all_attempts,
        done=report.done,
        total=report.total,
        error=report.error,
        pairs=pairs,
    )
