"""Staff's lists for students: suggested papers, and examples of proposals."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.written import operations
from webapp.written.examples import ExamplesError, as_text, examples_in, examples_of
from webapp.written.papers import PaperListError, suggested

blueprint = Blueprint("papers", __name__)


@blueprint.get("/papers")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """The list; instructors change it."""
    return _page(enrolment, "\n".join(suggested(db.session, enrolment.course_id)))


@blueprint.post("/papers")
@for_roles(Role.INSTRUCTOR)
def save(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change what students are suggested; what they chose already stays."""
    text = request.form.get("references", "")
    try:
        count = operations.suggest_papers(db.session, enrolment, text.splitlines())
    except PaperListError as error:
        return _page(enrolment, text, refusal=str(error)), 422
    flash(f"Suggested papers: {count}.", "success")
    return redirect(url_for(".show", slug=enrolment.course.slug), code=303)


@blueprint.get("/examples")
@for_roles(*STAFF)
def examples(enrolment: Enrolment) -> str:
    """The examples of proposals; instructors change them."""
    found = examples_of(db.session, enrolment.course_id)
    return _examples_page(enrolment, as_text(found))


@blueprint.post("/examples")
@for_roles(Role.INSTRUCTOR)
def change_examples(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Change what students see as examples."""
    text = request.form.get("examples", "")
    try:
        count = operations.show_examples(db.session, enrolment, examples_in(text))
    except ExamplesError as error:
        return _examples_page(enrolment, text, refusal=str(error)), 422
    flash(f"Examples of proposals: {count}.", "success")
    return redirect(url_for(".examples", slug=enrolment.course.slug), code=303)


def _examples_page(enrolment: Enrolment, text: str, refusal: str = "") -> str:
    return render_template(
        "written/examples.html",
        course=enrolment.course,
        text=text,
        examples=examples_of(db.session, enrolment.course_id),
        refusal=refusal,
    )


def _page(enrolment: Enrolment, text: str, refusal: str = "") -> str:
    return render_template(
        "written/papers.html", course=enrolment.course, references=text, refusal=refusal
    )
