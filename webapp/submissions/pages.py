"""Handing in a notebook, and watching it being graded."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import EVERYONE, assignment_in, for_roles
from webapp.handout.panel import panel_of
from webapp.leaderboard import queries as leaderboard
from webapp.models import Enrolment, Role, Submission
from webapp.queue.operations import grade_again
from webapp.room.queries import rooms_of
from webapp.scoring import late_words
from webapp.site.downloads import attachment
from webapp.site.uploads import FileRefused
from webapp.submissions.operations import AttemptRefused, NotOpen
from webapp.submissions.queries import file_of
from webapp.submissions.sent import hand_in_sent
from webapp.submissions.standing import standing_at
from webapp.visibility import sight
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("submissions", __name__, url_prefix="/courses/<slug>")


@blueprint.post("/assignments/<name>")
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Take in a notebook: refused at once with a sentence, or stored and queued."""
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in_sent(enrolment, assignment)
    except (NotOpen, AttemptRefused) as error:
        return render_assignment(enrolment, name, str(error)), 409
    except FileRefused as error:
        return render_assignment(enrolment, name, str(error)), 422
    if not receipt.new:
        attempt = receipt.submission.attempt
        flash(f"This is the same work as attempt {attempt}, so it is not graded again.", "info")
    return redirect(_address(enrolment, receipt.submission), code=303)


@blueprint.get("/submissions/<int:submission_id>/file")
@for_roles(*EVERYONE)
def download(enrolment: Enrolment, submission_id: int) -> Response:
    """The notebook as it was handed in."""
    submission = submission_in(db.session, enrolment, submission_id)
    data = file_of(db.session, submission)
    if data is None:
        abort(404)
    return attachment(data, submission.filename, "application/x-ipynb+json")


@blueprint.post("/submissions/<int:submission_id>/retry")
@for_roles(Role.INSTRUCTOR)
def retry(enrolment: Enrolment, submission_id: int) -> Response:
    """Grade again what our own faults had stopped, or staff had cancelled."""
    submission = submission_in(db.session, enrolment, submission_id)
    if grade_again(db.session, enrolment, submission):
        flash("The submission is queued again.", "success")
    else:
        flash("That submission has no stopped grading to try again.", "info")
    return redirect(_address(enrolment, submission), code=303)


def _address(enrolment: Enrolment, submission: Submission) -> str:
    return url_for("results.show", slug=enrolment.course.slug, submission_id=submission.id)


@blueprint.get("/assignments/<name>")
@for_roles(Role.STUDENT)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment: when it is due, the upload form, and one's attempts."""
    return render_assignment(enrolment, name)


def render_assignment(enrolment: Enrolment, name: str, refusal: str = "") -> str:
    """The page, with the sentence why the last upload was refused."""
    item = assignment_in(enrolment, name)
    standing = standing_at(db.session, item, enrolment.user_id)
    return render_template(
        "submissions/assignment.html",
        course=enrolment.course,
        standing=standing,
        refusal=refusal,
        rules=late_words.in_words(item, standing.policy),
        account=late_words.account(standing.best, standing.policy, enrolment.course)
        if standing.best
        else "",
        room=rooms_of(db.session, enrolment.course, enrolment.user_id).warning(),
        tries=standing.tries.sentence(enrolment.course.time_zone),
        sight=sight.sight_of(db.session, item, enrolment.user_id),
        has_leaderboard=leaderboard.state_of(db.session, item) in leaderboard.SHOWN,
        handout=panel_of(enrolment, item) if standing.is_open else None,
    )
