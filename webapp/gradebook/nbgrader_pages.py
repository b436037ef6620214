"""Bringing an nbgrader gradebook back: upload it, look at what changes, take it in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from webapp.courses.access import for_roles
from webapp.gradebook import uploaded
from webapp.gradebook.from_nbgrader import Comparison
from webapp.models import Enrolment, Role
from webapp.site.uploads import FileRefused

blueprint = Blueprint("gradebook_import", __name__, url_prefix="/courses/<slug>/staff/gradebook")
_SHOWN = 500


@blueprint.get("")
@for_roles(Role.INSTRUCTOR)
def show(enrolment: Enrolment) -> str:
    """The form."""
    return _page(enrolment)


@blueprint.post("")
@for_roles(Role.INSTRUCTOR)
def upload(enrolment: Enrolment) -> str | tuple[str, int]:
    """Read a gradebook and show what it would change; nothing is changed yet."""
    try:
        comparison, token = uploaded.look_into(enrolment, request.files.get("gradebook"))
    except (FileRefused, GradebookError) as error:
        return _page(enrolment, refusal=str(error)), 422
    return _page(enrolment, comparison=comparison, token=token)


@blueprint.post("/take")
@for_roles(Role.INSTRUCTOR)
def take_in(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Give the points that the page showed."""
    try:
        count = uploaded.take(enrolment, request.form.get("token", ""))
    except GradebookError as error:
        return _page(enrolment, refusal=str(error)), 409
    flash(f"{count} written answer{'s' if count != 1 else ''} graded from nbgrader.", "success")
    return redirect(url_for("grades.show", slug=enrolment.course.slug), code=303)


def _page(
    enrolment: Enrolment,
    *,
    refusal: str = "",
    comparison: Comparison | None = None,
    token: str = "",
) -> str:
    return render_template(
        "gradebook/nbgrader.html",
        course=enrolment.course,
        refusal=refusal,
        comparison=comparison,
        token=token,
        shown=_SHOWN,
    )
