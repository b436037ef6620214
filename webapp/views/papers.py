"""Staff's list of suggested papers, one reference a line."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import audit
from webapp.access import STAFF, for_roles
from webapp.database import db
from webapp.models import Enrolment, Role
from webapp.papers import PaperListError, save_references, suggested

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
        count = save_references(db.session, enrolment.course_id, text)
    except PaperListError as error:
        return _page(enrolment, text, refusal=str(error)), 422
    slug = enrolment.course.slug
    audit.record(db.session, enrolment, "change suggested papers", subject=slug, papers=count)
    db.session.commit()
    flash(f"Suggested papers: {count}.", "success")
    return redirect(url_for(".show", slug=slug), code=303)


def _page(enrolment: Enrolment, text: str, refusal: str = "") -> str:
    return render_template(
        "staff/papers.html", course=enrolment.course, references=text, refusal=refusal
    )
