"""The leaderboard: look, take part under an alias, leave; instructors open and close it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import EVERYONE, assignment_in, for_roles
from webapp.leaderboard import board as leaderboard
from webapp.leaderboard import operations
from webapp.leaderboard.alias import SHORTEST_ALIAS, AliasRefused
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.models.leaderboard import LONGEST_ALIAS

blueprint = Blueprint(
    "leaderboard", __name__, url_prefix="/courses/<slug>/assignments/<name>/leaderboard"
)


@blueprint.get("")
@for_roles(*EVERYONE)
def show(enrolment: Enrolment, name: str) -> str:
    """The ranks under aliases; staff see who is who."""
    return _page(enrolment, assignment_in(enrolment, name))


@blueprint.post("/join")
@for_roles(Role.STUDENT)
def join(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Take part, or change one's alias."""
    assignment = assignment_in(enrolment, name)
    if not leaderboard.is_on(db.session, assignment):
        abort(404)
    alias = request.form.get("alias", "")
    try:
        operations.join(db.session, assignment, enrolment.user_id, alias)
    except AliasRefused as error:
        return _page(enrolment, assignment, str(error), alias), 422
    flash("You are on the leaderboard.", "success")
    return redirect(_address(enrolment, assignment), code=303)


@blueprint.post("/leave")
@for_roles(Role.STUDENT)
def leave(enrolment: Enrolment, name: str) -> Response:
    """Take no part any more."""
    assignment = assignment_in(enrolment, name)
    if operations.leave(db.session, assignment, enrolment.user_id):
        flash("You have left the leaderboard, and your alias is forgotten.", "success")
    on = leaderboard.is_on(db.session, assignment)
    home = url_for("courses.home", slug=enrolment.course.slug)
    return redirect(_address(enrolment, assignment) if on else home, code=303)


@blueprint.post("/switch")
@for_roles(Role.INSTRUCTOR)
def switch(enrolment: Enrolment, name: str) -> Response:
    """Give the assignment a leaderboard, or take it away."""
    assignment = assignment_in(enrolment, name)
    on = request.form.get("on") == "yes"
    operations.switch(db.session, enrolment, assignment, on=on)
    flash(f"The leaderboard is {'open' if on else 'closed'}.", "success")
    return redirect(_address(enrolment, assignment), code=303)


def _page(
    enrolment: Enrolment, assignment: CourseAssignment, refusal: str = "", typed: str = ""
) -> str:
    on = leaderboard.is_on(db.session, assignment)
    if not on and not enrolment.is_staff:
        abort(404)
    found = leaderboard.board(db.session, assignment) if on else None
    own = found.of(enrolment.user_id) if found else None
    return render_template(
        "leaderboard/leaderboard.html",
        course=enrolment.course,
        assignment=assignment,
        on=on,
        board=found,
        own=own,
        refusal=refusal,
        typed=typed or (own.alias if own else ""),
        shortest=SHORTEST_ALIAS,
        longest=LONGEST_ALIAS,
    )


def _address(enrolment: Enrolment, assignment: CourseAssignment) -> str:
    return url_for("leaderboard.show", slug=enrolment.course.slug, name=assignment.assignment)
