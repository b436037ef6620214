"""Handing in a notebook, and watching it being graded."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from webapp.audit.record import Action, record
from webapp.base.clock import now
from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.database import db
from webapp.courses.access import EVERYONE, assignment_in, for_roles, submission_in
from webapp.grading.tools import FileRefused, tools
from webapp.home.pages import render_assignment
from webapp.models import (
    Content,
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Role,
    Submission,
    SubmissionState,
)
from webapp.queue import jobs, waiting
from webapp.site.uploads import read_upload
from webapp.submissions.intake import AttemptRefused, Receipt, receive

blueprint = Blueprint("submissions", __name__, url_prefix="/courses/<slug>")

MOVING = (SubmissionState.QUEUED, SubmissionState.RUNNING)


class NotOpenYet(Exception):
    """An assignment takes nothing before its time: one sentence."""


@blueprint.post("/assignments/<name>")
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Take in a notebook: refused at once with a sentence, or stored and queued."""
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in(enrolment, assignment)
    except (NotOpenYet, AttemptRefused) as error:
        return render_assignment(enrolment, name, str(error)), 409
    except FileRefused as error:
        return render_assignment(enrolment, name, str(error)), 422
    if not receipt.new:
        attempt = receipt.submission.attempt
        flash(f"This is the same work as attempt {attempt}, so it is not graded again.", "info")
    return redirect(_address(enrolment, receipt.submission), code=303)


def hand_in(enrolment: Enrolment, assignment: CourseAssignment) -> Receipt:
    """Take the request's notebook in; NotOpenYet, AttemptRefused and FileRefused say why not."""
    moment = now()
    if assignment.opens_at is not None and assignment.opens_at > moment:
        raise NotOpenYet("This assignment is not open yet.")
    upload = read_upload(
        request.files.get("notebook"), most=MAX_UPLOAD_BYTES, what="a notebook (.ipynb)"
    )
    digest = tools().parse_notebook(upload.data).digest
    return receive(
        db.session,
        assignment,
        user_id=enrolment.user_id,
        upload=upload,
        digest=digest,
        received_at=moment,
        limited=True,
    )


@blueprint.get("/submissions/<int:submission_id>/file")
@for_roles(*EVERYONE)
def download(enrolment: Enrolment, submission_id: int) -> Response:
    """The notebook as it was handed in."""
    submission = submission_in(enrolment, submission_id)
    data = db.session.scalar(sa.select(Content.data).where(Content.sha256 == submission.sha256))
    if data is None:
        abort(404)
    return attachment(data, submission.filename, "application/x-ipynb+json")


@blueprint.post("/submissions/<int:submission_id>/retry")
@for_roles(Role.INSTRUCTOR)
def retry(enrolment: Enrolment, submission_id: int) -> Response:
    """Grade again what our own faults had stopped, or staff had cancelled."""
    submission = submission_in(enrolment, submission_id)
    done = steer(enrolment, submission, jobs.retry, "grade again")
    if done:
        flash("The submission is queued again.", "success")
    else:
        flash("That submission has no stopped grading to try again.", "info")
    return redirect(_address(enrolment, submission), code=303)


def steer(
    enrolment: Enrolment,
    submission: Submission,
    change: Callable[[Session, int, int], bool],
    action: Action,
    **detail: str,
) -> bool:
    """Do `change` to the submission's job and note it; False when there is nothing to change."""
    job = current_job(submission)
    done = job is not None and change(db.session, job.id, submission.id)
    if done:
        subject = f"submission {submission.id}"
        record(db.session, enrolment, action, subject=subject, **detail)
    db.session.commit()
    return done


def current_job(submission: Submission) -> Job | None:
    """The newest job of a submission; a regrade's is not shown until it is published."""
    return db.session.scalar(
        sa.select(Job)
        .where(Job.submission_id == submission.id, Job.regrade_id.is_(None))
        .order_by(Job.id.desc())
        .limit(1)
    )


def progress(submission: Submission, job: Job | None) -> dict[str, object]:
    """What the status panel shows."""
    queued = job if job is not None and job.state == JobState.QUEUED else None
    ahead = waiting.ahead_of(db.session, queued) if queued else 0
    seconds = waiting.seconds_until_graded(db.session, queued) if queued else None
    about = None if seconds is None else rounded_wait(seconds)
    paused = submission.course_assignment.course.grading_paused_at is not None
    reached = [job.progress.get(key) for key in ("stage", "done")] if job else []
    shown = (job.faults, ahead, about, paused, *reached) if job else ()
    return {
        "submission": submission,
        "job": job,
        "ahead": ahead,
        "about_seconds": None if paused else about,
        "paused": paused,
        "seen": "-".join(map(str, (submission.state, *shown))),
        "moving": submission.state in MOVING,
    }


def rounded_wait(seconds: float) -> int:
    """An estimate as coarse as it is: whole seconds to 10, then fives to a minute, then tens."""
    step = 1 if seconds <= 10 else 5 if seconds <= 60 else 10
    return max(1, math.ceil(seconds / step) * step)


def attachment(data: bytes, name: str, mimetype: str) -> Response:
    """A file to save, never to be run as a page of ours."""
    return send_file(
        io.BytesIO(data),
        request.environ,
        mimetype=mimetype,
        as_attachment=True,
        download_name=name,
    )


def _address(enrolment: Enrolment, submission: Submission) -> str:
    return url_for("results.show", slug=enrolment.course.slug, submission_id=submission.id)
