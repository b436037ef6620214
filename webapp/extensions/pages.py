"""Instructors: more time at an assignment for one student, for some, or for a whole section."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.typed_times import NoMoment, for_input, read_moment
from webapp.courses import people
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.people import sections_of
from webapp.extensions import operations, queries
from webapp.extensions.operations import ExtensionRefused
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.site.addresses import row_number

blueprint = Blueprint(
    "extensions", __name__, url_prefix="/courses/<slug>/staff/assignments/<name>/extensions"
)


@dataclass(frozen=True)
class Typed:
    """What the form holds: as somebody typed it, or as it is shown first."""

    due_at: str = ""
    reason: str = ""
    section: str = ""
    users: frozenset[int] = field(default_factory=frozenset)


@blueprint.get("")
@for_roles(*STAFF)
def show(enrolment: Enrolment, name: str) -> str:
    """Who has more time, and the form; `user` ticks a student."""
    item = assignment_in(enrolment, name)
    due = for_input(item.due_at, enrolment.course.time_zone)
    ticked = frozenset(request.args.getlist("user", type=row_number))
    return _page(enrolment, item, Typed(due_at=due, users=ticked))


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def give(enrolment: Enrolment, name: str) -> Response | tuple[str, int]:
    """Give the ticked students, and everyone of the chosen section, until another moment."""
    item, zone = assignment_in(enrolment, name), enrolment.course.time_zone
    form = request.form
    typed = Typed(
        form.get("due_at", ""),
        form.get("reason", ""),
        form.get("section", ""),
        frozenset(form.getlist("user", type=row_number)),
    )
    users = queries.chosen_of(db.session, enrolment.course, typed.users, typed.section)
    try:
        due_at = read_moment(typed.due_at, zone)
        given = operations.give(
            db.session, enrolment, item, users=users, due_at=due_at, reason=typed.reason
        )
    except (ExtensionRefused, NoMoment) as error:
        return _page(enrolment, item, typed, str(error)), 422
    kept = len(users) - given
    later = f" {kept} kept a later extension." if kept else ""
    flash(f"{given} student{'s have' if given != 1 else ' has'} more time.{later}", "success")
    return _back(enrolment, item)


@blueprint.post("/<int:user_id>/remove")
@for_roles(Role.INSTRUCTOR)
def remove(enrolment: Enrolment, name: str, user_id: int) -> Response | tuple[str, int]:
    """Let the assignment's due time hold again for a student."""
    item = assignment_in(enrolment, name)
    reason = request.form.get("reason", "")
    try:
        done = operations.remove(db.session, enrolment, item, user_id=user_id, reason=reason)
    except ExtensionRefused as error:
        return _page(enrolment, item, Typed(), str(error)), 422
    said = "The due time holds again." if done else "There was no extension to remove."
    flash(said, "success" if done else "info")
    return _back(enrolment, item)


def _back(enrolment: Enrolment, item: CourseAssignment) -> Response:
    address = url_for("extensions.show", slug=enrolment.course.slug, name=item.assignment)
    return redirect(address, code=303)


def _page(enrolment: Enrolment, item: CourseAssignment, typed: Typed, refusal: str = "") -> str:
    course = enrolment.course
    return render_template(
        "extensions/extensions.html",
        course=course,
        assignment=item,
        given=queries.of_assignment(db.session, item),
        students=people.students_of(db.session, course),
        sections=sections_of(db.session, course),
        typed=typed,
        refusal=refusal,
    )
