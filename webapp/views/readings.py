"""Staff reading proposals and paper reviews, and scoring them on two criteria."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import audit, written
from webapp.access import STAFF, for_roles
from webapp.clock import now
from webapp.database import db
from webapp.models import Enrolment, Role, WrittenScore
from webapp.readings import CRITERIA, LARGEST_SCORE, Marks, give_score, readings, scores_of
from webapp.rendering import markdown
from webapp.views.proposals import proposal_in
from webapp.views.reviews import review_in

blueprint = Blueprint("readings", __name__, url_prefix="/courses/<slug>/staff/readings")

_LONGEST_COMMENT = 5000


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everything to read, what is scored, and whether students see it."""
    found = readings(db.session, enrolment.course)
    return render_template("staff/readings.html", course=enrolment.course, readings=found)


@blueprint.get("/proposals/<int:proposal_id>")
@for_roles(*STAFF)
def proposal(enrolment: Enrolment, proposal_id: int) -> str:
    """Read a proposal."""
    return _proposal_page(enrolment, proposal_id)


@blueprint.post("/proposals/<int:proposal_id>")
@for_roles(*STAFF)
def score_proposal(enrolment: Enrolment, proposal_id: int) -> Response | tuple[str, int]:
    """Score a proposal."""
    found = proposal_in(enrolment, proposal_id)
    marks = _marks()
    if isinstance(marks, str):
        return _proposal_page(enrolment, proposal_id, refusal=marks), 422
    score = give_score(db.session, enrolment.user_id, marks, proposal=found)
    return _saved(enrolment, score, f"proposal {proposal_id}")


@blueprint.get("/reviews/<int:review_id>")
@for_roles(*STAFF)
def review(enrolment: Enrolment, review_id: int) -> str:
    """Read a paper review."""
    return _review_page(enrolment, review_id)


@blueprint.post("/reviews/<int:review_id>")
@for_roles(*STAFF)
def score_review(enrolment: Enrolment, review_id: int) -> Response | tuple[str, int]:
    """Score a paper review."""
    found = review_in(enrolment, review_id)
    marks = _marks()
    if isinstance(marks, str):
        return _review_page(enrolment, review_id, refusal=marks), 422
    score = give_score(db.session, enrolment.user_id, marks, review=found)
    return _saved(enrolment, score, f"review {review_id}")


@blueprint.post("/publish")
@for_roles(Role.INSTRUCTOR)
def publish(enrolment: Enrolment) -> Response:
    """Show the scores to students, or hide them again."""
    shown = request.form.get("shown") == "yes"
    enrolment.course.written_scores_published_at = now() if shown else None
    audit.record(
        db.session,
        enrolment,
        "publish written scores" if shown else "hide written scores",
        subject=enrolment.course.slug,
    )
    db.session.commit()
    flash("Students see the scores now." if shown else "The scores are hidden now.", "success")
    return _list(enrolment)


def _proposal_page(enrolment: Enrolment, proposal_id: int, refusal: str = "") -> str:
    found = proposal_in(enrolment, proposal_id)
    return _page(
        enrolment,
        refusal,
        scores_of(db.session, proposal=found),
        proposal=found,
        conditions=written.conditions(found.team, enrolment.course),
        abstract=markdown(found.abstract, top=2),
    )


def _review_page(enrolment: Enrolment, review_id: int, refusal: str = "") -> str:
    found = review_in(enrolment, review_id)
    return _page(
        enrolment,
        refusal,
        scores_of(db.session, review=found),
        review=found,
        body=markdown(found.body, top=2),
        late=written.is_late(found.received_at, enrolment.course.reviews_due_at),
    )


def _page(enrolment: Enrolment, refusal: str, scores: list[WrittenScore], **subject: Any) -> str:
    mine = next((s for s in scores if s.grader_id == enrolment.user_id), None)
    return render_template(
        "staff/reading.html",
        course=enrolment.course,
        refusal=refusal,
        mine=request.form if refusal else mine,
        others=[score for score in scores if score is not mine],
        criteria=CRITERIA,
        largest=LARGEST_SCORE,
        **subject,
    )


def _marks() -> Marks | str:
    """The form's marks, or the sentence why they are not."""
    given = {}
    for name, label in CRITERIA.items():
        text = request.form.get(name, "")
        if not text.isdecimal() or int(text) > LARGEST_SCORE:
            return f"{label} is {text!r}, expected a whole number from 0 to {LARGEST_SCORE}."
        given[name] = int(text)
    comment = request.form.get("comment", "").strip()
    if len(comment) > _LONGEST_COMMENT:
        return f"The comment has {len(comment)} characters, expected at most {_LONGEST_COMMENT}."
    return Marks(given["clarity"], given["communication"], comment)


def _saved(enrolment: Enrolment, score: WrittenScore, subject: str) -> Response:
    audit.record(
        db.session,
        enrolment,
        "score written option",
        subject=subject,
        clarity=score.clarity,
        communication=score.communication,
    )
    db.session.commit()
    flash("Your score is saved.", "success")
    return _list(enrolment)


def _list(enrolment: Enrolment) -> Response:
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)
