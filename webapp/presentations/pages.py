"""Staff: the running order, slides full screen with a minute's clock, scores from a phone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, PresentationScore, Role
from webapp.presentations import day as presentations
from webapp.presentations.results import item_means, results_csv
from webapp.rubrics.marks import ReadingRefused, Sent, marks_by, sent_in_form
from webapp.rubrics.rubrics import Rubric, lock_rubrics, rubric_of
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
        rubric=rubric_of(db.session, enrolment.course_id, "presentation"),
    )


@blueprint.get("/presentations/results")
@for_roles(*STAFF)
def results(enrolment: Enrolment) -> str:
    """What staff gave each team, on a page that prints well."""
    return render_template(
        "presentations/results.html",
        course=enrolment.course,
        day=presentations.day(db.session, enrolment.course),
        rubric=rubric_of(db.session, enrolment.course_id, "presentation"),
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
    added = draw_order(enrolment)
    flash(f"Teams that got a place: {added}. Those who had one keep it.", "success")
    return _back(enrolment)


def draw_order(enrolment: Enrolment) -> int:
    """Give a place to whoever is eligible and has none; how many, with a line in the log."""
    added = presentations.draw(db.session, enrolment.course)
    subject = enrolment.course.slug
    record(db.session, enrolment, "draw presentations", subject=subject, added=added)
    db.session.commit()
    return added


@blueprint.post("/presentations/<int:proposal_id>/move")
@for_roles(Role.INSTRUCTOR)
def move(enrolment: Enrolment, proposal_id: int) -> Response:
    """Move a team in the order, into it, or out of it."""
    if not move_team(enrolment, proposal_id, request.form.get("where", "in")):
        abort(404)
    return _back(enrolment)


def move_team(enrolment: Enrolment, proposal_id: int, where: str) -> bool:
    """Move a team `up`, `down`, `in` or `out`, with a line in the log; False where it cannot."""
    moved = presentations.move(db.session, enrolment.course, proposal_id, where)
    if moved:
        subject = f"proposal {proposal_id}"
        record(db.session, enrolment, "move presentation", subject=subject, where=where)
    db.session.commit()
    return moved


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
    mine = presentations.score_of(db.session, proposal_id, enrolment.user_id)
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
    try:
        keep_presented(enrolment, proposal_id, sent_in_form())
    except ReadingRefused as error:
        db.session.rollback()
        return _score_page(enrolment, proposal_id, str(error)), error.status
    flash(f"Your score of {slot.proposal.team.name} is saved.", "success")
    after = day.around(proposal_id)[1]
    if after is None:
        return _back(enrolment)
    slug = enrolment.course.slug
    return redirect(url_for(".score", slug=slug, proposal_id=after.proposal.id), code=303)


def keep_presented(
    enrolment: Enrolment, proposal_id: int, sent: Sent
) -> tuple[Rubric, PresentationScore]:
    """Keep one's score of a presentation by the rubric of now, with a line in the log.

    Raises ReadingRefused.
    """
    lock_rubrics(db.session, enrolment.course_id)
    rubric = rubric_of(db.session, enrolment.course_id, "presentation")
    marks = marks_by(rubric, sent)
    given = presentations.give(db.session, proposal_id, enrolment.user_id, marks)
    record(
        db.session,
        enrolment,
        "score presentation",
        subject=f"proposal {proposal_id}",
        points=rubric.points(given.selections),
    )
    db.session.commit()
    return rubric, given


def _slot(enrolment: Enrolment, proposal_id: int) -> tuple[presentations.Day, presentations.Slot]:
    day = presentations.day(db.session, enrolment.course)
    found = [s for s in (*day.order, *day.others) if s.proposal.id == proposal_id]
    return (day, found[0]) if found else abort(404)


def _back(enrolment: Enrolment) -> Response:
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)
