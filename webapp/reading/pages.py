"""Staff reading proposals and paper reviews by their rubric, one after the other."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.markdown import markdown
from webapp.base.paging import pages_of, within
from webapp.courses.access import STAFF, for_roles
from webapp.models import (
    Enrolment,
    PaperReview,
    Proposal,
    ReadingDuty,
    Role,
    WrittenScore,
)
from webapp.reading.duties import graders_of
from webapp.reading.works import Work, next_work, team_name, works
from webapp.rubrics.marks import ReadingRefused, Sent, give_score, marks_by, scores_of, sent_in_form
from webapp.rubrics.names import reading_names
from webapp.rubrics.pages import bank_of
from webapp.rubrics.rubrics import Rubric, lock_rubrics, rubric_of
from webapp.site.addresses import row_number
from webapp.written import rules
from webapp.written.queries import proposal_in, review_in

blueprint = Blueprint("readings", __name__, url_prefix="/courses/<slug>/staff/readings")

SHOWN = {
    "all": "Everything",
    "mine": "What waits for you",
    "unread": "Unread",
    "disputed": "Where readers disagree",
}
_PAGE_ROWS = 50


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everything to read, who reads it, what is scored, and whether students see it."""
    names = reading_names(enrolment)
    found = works(db.session, enrolment.course, names)
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    chosen = [work for work in found if is_shown(work, show, enrolment.user_id)]
    pages = pages_of(len(chosen), _PAGE_ROWS)
    page = within(request.args.get("page", 1, type=row_number), pages)
    return render_template(
        "reading/list.html",
        course=enrolment.course,
        names=names,
        bank=bank_of(enrolment),
        found=found,
        works=chosen[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        me=enrolment.user_id,
        waiting=sum(work.waits_for(enrolment.user_id) for work in found),
        show=show,
        shown=SHOWN,
        page=page,
        pages=pages,
    )


def is_shown(work: Work, show: str, grader_id: int) -> bool:
    """Whether a work is of those that somebody wants to see."""
    if show == "mine":
        return work.waits_for(grader_id)
    if show == "unread":
        return not work.points
    return show == "all" or (work.disputed and not work.unread_by(grader_id))


@blueprint.get("/next")
@for_roles(*STAFF)
def next_unread(enrolment: Enrolment) -> Response:
    """On to what this grader should read next."""
    after = (request.args.get("kind", ""), request.args.get("after", 0, type=row_number))
    return _on(enrolment, after)


def _on(enrolment: Enrolment, after: tuple[str, int] | None) -> Response:
    found = works(db.session, enrolment.course, reading_names(enrolment))
    work = next_work(found, enrolment.user_id, after)
    slug = enrolment.course.slug
    if work is None:
        flash("Nothing more waits for you to read.", "success")
        return redirect(url_for("readings.index", slug=slug), code=303)
    return redirect(address_of(slug, work.kind, work.id), code=303)


def address_of(slug: str, kind: str, number: int) -> str:
    """The page on which a work is read."""
    if kind == "proposal":
        return url_for("readings.proposal", slug=slug, proposal_id=number)
    return url_for("readings.review", slug=slug, review_id=number)


@blueprint.get("/proposals/<int:proposal_id>")
@for_roles(*STAFF)
def proposal(enrolment: Enrolment, proposal_id: int) -> str:
    """Read a proposal."""
    return _page(enrolment, proposal=proposal_in(enrolment, proposal_id))


@blueprint.post("/proposals/<int:proposal_id>")
@for_roles(*STAFF)
def score_proposal(enrolment: Enrolment, proposal_id: int) -> Response | tuple[str, int]:
    """Score a proposal."""
    return _score(enrolment, proposal=proposal_in(enrolment, proposal_id))


@blueprint.get("/reviews/<int:review_id>")
@for_roles(*STAFF)
def review(enrolment: Enrolment, review_id: int) -> str:
    """Read a paper review."""
    return _page(enrolment, review=review_in(enrolment, review_id))


@blueprint.post("/reviews/<int:review_id>")
@for_roles(*STAFF)
def score_review(enrolment: Enrolment, review_id: int) -> Response | tuple[str, int]:
    """Score a paper review."""
    return _score(enrolment, review=review_in(enrolment, review_id))


@blueprint.post("/publish")
@for_roles(Role.INSTRUCTOR)
def publish(enrolment: Enrolment) -> Response:
    """Show the scores to students, or hide them again."""
    shown = request.form.get("shown") == "yes"
    publish_scores(enrolment, shown=shown)
    flash("Students see the scores now." if shown else "The scores are hidden now.", "success")
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)


def publish_scores(enrolment: Enrolment, *, shown: bool) -> None:
    """Show the written option's scores to students or hide them, with a line in the log."""
    enrolment.course.written_scores_published_at = now() if shown else None
    record(
        db.session,
        enrolment,
        "publish written scores" if shown else "hide written scores",
        subject=enrolment.course.slug,
    )
    db.session.commit()


def _page(
    enrolment: Enrolment,
    refusal: str = "",
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> str:
    course, names = enrolment.course, reading_names(enrolment)
    kind = "proposal" if proposal else "review"
    scores = scores_of(db.session, proposal=proposal, review=review)
    mine = next((s for s in scores if s.grader_id == enrolment.user_id), None)
    subject: dict[str, Any] = {"kind": kind, "proposal": proposal, "review": review}
    if proposal:
        subject["authors"] = team_name(proposal, names)
        subject["conditions"] = rules.conditions(proposal.team, course)
        subject["body"] = markdown(proposal.abstract, top=2)
    elif review:
        subject["authors"] = names.of("review", review.id, review.user.name)
        subject["body"] = markdown(review.body, top=2)
        subject["late"] = rules.is_late(review.received_at, course.reviews_due_at)
    return render_template(
        "reading/one.html",
        course=course,
        names=names,
        rubric=rubric_of(db.session, course.id, kind),
        refusal=refusal,
        chosen=request.form if refusal else (mine.selections if mine else {}),
        comment=request.form.get("comment", "") if refusal else (mine.comment if mine else ""),
        # A second reader reads for themselves before seeing what the first one gave.
        others=[score for score in scores if score is not mine] if mine else [],
        unseen=0 if mine else len(scores),
        duties=_duties(proposal, review),
        graders=graders_of(db.session, course.id),
        bank=bank_of(enrolment),
        **subject,
    )


def _duties(proposal: Proposal | None, review: PaperReview | None) -> list[ReadingDuty]:
    where = (
        ReadingDuty.proposal_id == proposal.id
        if proposal
        else ReadingDuty.review_id == (review.id if review else 0)
    )
    return list(db.session.scalars(sa.select(ReadingDuty).where(where)))


def _score(
    enrolment: Enrolment,
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> Response | tuple[str, int]:
    kind = "proposal" if proposal else "review"
    try:
        _, score = keep_score(enrolment, sent_in_form(), proposal=proposal, review=review)
    except ReadingRefused as error:
        db.session.rollback()
        return _page(enrolment, str(error), proposal=proposal, review=review), error.status
    number = (score.proposal_id if proposal else score.review_id) or 0
    flash("Your score is saved.", "success")
    if request.form.get("then") == "next":
        return _on(enrolment, (kind, number))
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)


def keep_score(
    enrolment: Enrolment,
    sent: Sent,
    *,
    proposal: Proposal | None = None,
    review: PaperReview | None = None,
) -> tuple[Rubric, WrittenScore]:
    """Keep one's score of a proposal or a review by the rubric of now, with a line in the log.

    Raises ReadingRefused.
    """
    lock_rubrics(db.session, enrolment.course_id)
    rubric = rubric_of(db.session, enrolment.course_id, "proposal" if proposal else "review")
    marks = marks_by(rubric, sent)
    score = give_score(db.session, enrolment.user_id, marks, proposal=proposal, review=review)
    number = score.proposal_id if proposal else score.review_id
    record(
        db.session,
        enrolment,
        "score written option",
        subject=f"{rubric.kind} {number}",
        points=rubric.points(score.selections),
        chosen=rubric.in_words(score.selections),
    )
    db.session.commit()
    return rubric, score
