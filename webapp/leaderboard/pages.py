"""The leaderboard: look, take part under an alias, leave; instructors open, close and reveal it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import EVERYONE, assignment_in, for_roles
from webapp.leaderboard import operations, queries
from webapp.leaderboard.alias import SHORTEST_ALIAS, AliasRefused
from webapp.leaderboard.operations import BoardRefused
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.models.leaderboard import LONGEST_ALIAS
from webapp.visibility import sight

blueprint = Blueprint(
    "leaderboard", __name__, url_prefix="/courses/<slug>/assignments/<name>/leaderboard"
)


@blueprint.get("")
@for_roles(*EVERYONE)
def show(enrolment: Enrolment, name: str) -> str:
    """The ranks under aliases; staff see who is who, and a preview before it is open."""
    return _page(enrolment, assignment_in(enrolment, name))


@blueprint.post("/join")
@for_roles(Role.STUDENT)
def join(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Take part, or change one's alias."""
    assignment = assignment_in(enrolment, name)
    alias = request.form.get("alias", "")
    try:
        operations.join(db.session, assignment, enrolment.user_id, alias)
    except AliasRefused as error:
        return _page(enrolment, assignment, alias_refused=str(error), typed=alias), 422
    flash("You are on the leaderboard.", "success")
    return redirect(_address(enrolment, assignment), code=303)


@blueprint.post("/leave")
@for_roles(Role.STUDENT)
def leave(enrolment: Enrolment, name: str) -> Response:
    """Take no part any more."""
    assignment = assignment_in(enrolment, name)
    if operations.leave(db.session, assignment, enrolment.user_id):
        flash("You have left the leaderboard, and your alias is forgotten.", "success")
    shown = queries.state_of(db.session, assignment) in queries.SHOWN
    home = url_for("courses.home", slug=enrolment.course.slug)
    return redirect(_address(enrolment, assignment) if shown else home, code=303)


@blueprint.post("/open")
@for_roles(Role.INSTRUCTOR)
def open_board(enrolment: Enrolment, name: str) -> Response:
    """Show it to students."""
    assignment = assignment_in(enrolment, name)
    operations.open_board(db.session, enrolment, assignment)
    return _done(enrolment, assignment, "The leaderboard is open.")


@blueprint.post("/close")
@for_roles(Role.INSTRUCTOR)
def close_board(enrolment: Enrolment, name: str) -> Response:
    """Hide it from students."""
    assignment = assignment_in(enrolment, name)
    operations.close_board(db.session, enrolment, assignment)
    return _done(enrolment, assignment, "The leaderboard is closed.")


@blueprint.post("/reveal")
@for_roles(Role.INSTRUCTOR)
def reveal(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Rank by the final rows."""
    assignment = assignment_in(enrolment, name)
    try:
        operations.reveal(db.session, enrolment, assignment)
    except BoardRefused as error:
        return _page(enrolment, assignment, refusal=str(error)), 422
    return _done(enrolment, assignment, "The final ranks are revealed.")


@blueprint.post("/take-back")
@for_roles(Role.INSTRUCTOR)
def take_back(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Hide the final ranks again."""
    assignment = assignment_in(enrolment, name)
    try:
        operations.take_back(db.session, enrolment, assignment)
    except BoardRefused as error:
        return _page(enrolment, assignment, refusal=str(error)), 422
    return _done(enrolment, assignment, "The final ranks are hidden again.")


def _page(
    enrolment: Enrolment,
    assignment: CourseAssignment,
    *,
    refusal: str = "",
    alias_refused: str = "",
    typed: str = "",
) -> str:
    board = queries.board_for(db.session, enrolment, assignment)
    if board is None:
        abort(404)
    entry = queries.entry_of(db.session, assignment, enrolment.user_id)
    return render_template(
        "leaderboard/leaderboard.html",
        course=enrolment.course,
        assignment=assignment,
        board=board,
        entry=entry,
        held=sight.sight_of(db.session, assignment) if enrolment.is_staff else board.held,
        refusal=refusal,
        alias_refused=alias_refused,
        typed=typed or (entry.alias if entry else ""),
        shortest=SHORTEST_ALIAS,
        longest=LONGEST_ALIAS,
    )


def _done(enrolment: Enrolment, assignment: CourseAssignment, said: str) -> Response:
    flash(said, "success")
    return redirect(_address(enrolment, assignment), code=303)


def _address(enrolment: Enrolment, assignment: CourseAssignment) -> str:
    return url_for("leaderboard.show", slug=enrolment.course.slug, name=assignment.assignment)
