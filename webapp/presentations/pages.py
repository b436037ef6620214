"""Staff: the running order, slides full screen with a minute's clock, scores from a phone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.presentations import day as presentations
from webapp.presentations import operations
from webapp.presentations.operations import NotMoved
from webapp.presentations.results import item_means, results_csv
from webapp.reading.kinds.kind import Place
from webapp.reading.kinds.presentation import PRESENTATION
from webapp.reading.operations import keep
from webapp.rubrics.forms import sent_in
from webapp.rubrics.marks import ReadingRefused
from webapp.site.downloads import attachment

blueprint = Blueprint("presentations", __name__)


@blueprint.get("/presentations")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """The running order, who is not in it and why, and the results so far."""
    found = presentations.day(db.session, enrolment.course)
    return render_template(
        "presentations/order.html",
        course=enrolment.course,
        day=found,
    )


@blueprint.get("/presentations/results")
@for_roles(*STAFF)
def results(enrolment: Enrolment) -> str:
    """What staff gave each team, on a page that prints well."""
    return render_template(
        "presentations/results.html",
        course=enrolment.course,
        day=presentations.day(db.session, enrolment.course),
        item_means=item_means,
        moment=now(),
    )


@blueprint.get("/presentations/results.csv")
@for_roles(*STAFF)
def export(enrolment: Enrolment) -> Response:
    """The same as CSV."""
    text = results_csv(presentations.day(db.session, enrolment.course))
    name = f"{enrolment.course.slug}-presentations.csv"
    return attachment(text.encode(), name, "text/csv")


@blueprint.post("/presentations/draw")
@for_roles(Role.INSTRUCTOR)
def draw(enrolment: Enrolment) -> Response:
    """Draw the order of those who are eligible and have no place yet."""
    added = operations.draw(db.session, enrolment)
    flash(f"Teams that got a place: {added}. Those who had one keep it.", "success")
    return _back(enrolment)


@blueprint.post("/presentations/<int:proposal_id>/move")
@for_roles(Role.INSTRUCTOR)
def move(enrolment: Enrolment, proposal_id: int) -> Response:
    """Move a team in the order, into it, or out of it."""
    try:
        where = request.form.get("where", "in")
        operations.move(db.session, enrolment, proposal_id, where=where)
    except NotMoved:
        abort(404)
    return _back(enrolment)


@blueprint.get("/presentations/<int:proposal_id>/screen")
@for_roles(*STAFF)
def screen(enrolment: Enrolment, proposal_id: int) -> str:
    """One slide for the whole room, with a clock."""
    day, slot = _slot(enrolment, proposal_id)
    before, after = day.around(proposal_id)
    return render_template(
        "presentations/screen.html", course=enrolment.course, slot=slot, before=before, after=after
    )


@blueprint.get("/presentations/<int:proposal_id>/score")
@for_roles(*STAFF)
def score(enrolment: Enrolment, proposal_id: int) -> str:
    """Score a presentation while it goes on, on a phone."""
    return _score_page(enrolment, proposal_id)


def _score_page(enrolment: Enrolment, proposal_id: int, refusal: str = "") -> str:
    day, slot = _slot(enrolment, proposal_id)
    mine = next((row for row in slot.scores if row.grader_id == enrolment.user_id), None)
    before, after = day.around(proposal_id)
    return render_template(
        "presentations/score.html",
        course=enrolment.course,
        slot=slot,
        before=before,
        after=after,
        refusal=refusal,
        chosen=request.form if refusal else (mine.selections if mine else {}),
        comment=request.form.get("comment", "") if refusal else (mine.comment if mine else ""),
    )


@blueprint.post("/presentations/<int:proposal_id>/score")
@for_roles(*STAFF)
def save_score(enrolment: Enrolment, proposal_id: int) -> Response | tuple[str, int]:
    """Keep one's score, and go on to who presents next."""
    day, slot = _slot(enrolment, proposal_id)
    work = PRESENTATION.open(db.session, enrolment, Place(enrolment.course), proposal_id)
    try:
        keep(db.session, enrolment, work, sent=sent_in(request.form))
    except ReadingRefused as error:
        return _score_page(enrolment, proposal_id, str(error)), error.status
    flash(f"Your score of {slot.proposal.team.name} is saved.", "success")
    after = day.around(proposal_id)[1]
    if after is None:
        return _back(enrolment)
    slug = enrolment.course.slug
    return redirect(url_for(".score", slug=slug, proposal_id=after.proposal.id), code=303)


def _slot(enrolment: Enrolment, proposal_id: int) -> tuple[presentations.Day, presentations.Slot]:
    day = presentations.day(db.session, enrolment.course)
    found = [s for s in (*day.order, *day.others) if s.proposal.id == proposal_id]
    return (day, found[0]) if found else abort(404)


def _back(enrolment: Enrolment) -> Response:
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)
