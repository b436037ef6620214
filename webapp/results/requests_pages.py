"""Regrade requests: students ask on their result, staff answer in a list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.base.typed_text import searched
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of, question_titles
from webapp.models import Enrolment, RequestState, Role
from webapp.results import kept_replies, operations, requests
from webapp.results.operations import Answer, ReplyRefused, RequestRefused
from webapp.results.panel import render_result, to_result
from webapp.site.addresses import row_number
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("requests", __name__, url_prefix="/courses/<slug>")

_PAGE_ROWS = 20
_FILTERS = ("state", "assignment", "search", "page")


@blueprint.post("/submissions/<int:submission_id>/questions/<question>/request")
@for_roles(Role.STUDENT)
def ask(enrolment: Enrolment, submission_id: int, question: str) -> Response | tuple[str, int]:
    """Ask staff to look at a question of one's own attempt again."""
    submission = submission_in(db.session, enrolment, submission_id)
    reason = request.form.get("reason", "")
    try:
        operations.ask_again(db.session, submission, question=question, reason=reason)
    except RequestRefused as error:
        refused = {"request": {"question": question, "sentence": str(error), "reason": reason}}
        return render_result(enrolment, submission, refused_words=refused), 422
    flash(
        "Your request is with staff. The answer will be here and on the course's page.", "success"
    )
    return to_result(enrolment, submission, question)


@blueprint.get("/staff/requests")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Requests, the open ones unless others are asked for, with a form to answer each."""
    return _page(enrolment)


@blueprint.post("/staff/requests/<int:request_id>")
@for_roles(*STAFF)
def answer(enrolment: Enrolment, request_id: int) -> Response | tuple[str, int]:
    """Accept or decline a request with a reply, and perhaps points."""
    asked = requests.request_in(db.session, enrolment.course, request_id) or abort(404)
    form = request.form
    accepted = form.get("decision") == "accept"
    state = RequestState.ACCEPTED if accepted else RequestState.DECLINED
    typed = form.get("points", "").strip()
    given = Answer(state, form.get("reply", ""), TypedNumber(typed) if typed else None)
    try:
        operations.answer_request(db.session, enrolment, asked, given)
    except RequestRefused as error:
        refused = {"id": request_id, "sentence": str(error), **form}
        return _page(enrolment, refused), 422
    flash(f"{asked.user.name} can read your answer.", "success")
    # As the list was, with its filters and page.
    return redirect(_address(enrolment), code=303)


def _address(enrolment: Enrolment) -> str:
    """The list with the filters and the page of this request's address."""
    kept: dict[str, Any] = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    return url_for("requests.index", slug=enrolment.course.slug, **kept)


def _page(enrolment: Enrolment, refused: dict[str, object] | None = None) -> str:
    arguments = request.args
    filters = {
        "state": arguments.get("state", "open"),
        "assignment": arguments.get("assignment", ""),
        "search": searched(arguments.get("search", "")),
    }
    listed = requests.page_of(
        db.session,
        enrolment.course,
        **filters,
        page=arguments.get("page", 1, type=row_number),
        rows=_PAGE_ROWS,
    )
    names = {entry.course_assignment.assignment for entry in listed.requests}
    return render_template(
        "results/requests.html",
        course=enrolment.course,
        listed=listed,
        filters=filters,
        assignments=assignments_of(db.session, enrolment.course),
        titles={name: question_titles(db.session, name) for name in names},
        templates=kept_replies.of(db.session, enrolment.course),
        refused=refused or {},
    )


@blueprint.post("/staff/requests/templates")
@for_roles(*STAFF)
def add_template(enrolment: Enrolment) -> Response:
    """Keep a reply that is written often."""
    title, text = request.form.get("title", "").strip(), request.form.get("text", "").strip()
    try:
        operations.keep_reply(db.session, enrolment.course, title=title, text=text)
    except ReplyRefused as error:
        flash(str(error), "info")
    else:
        flash("The reply is kept for everyone on the staff.", "success")
    return redirect(url_for("requests.index", slug=enrolment.course.slug), code=303)


@blueprint.post("/staff/requests/templates/<int:template_id>/remove")
@for_roles(*STAFF)
def remove_template(enrolment: Enrolment, template_id: int) -> Response:
    """Forget a reply."""
    operations.forget_reply(db.session, enrolment.course, template_id)
    return redirect(url_for("requests.index", slug=enrolment.course.slug), code=303)
