"""The rubrics by which a course's work and its written questions are read."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.reading import operations
from webapp.reading.kinds import kind_at, kinds_at, place_in
from webapp.reading.kinds.answer import ANSWER
from webapp.reading.kinds.kind import Place
from webapp.rubrics.forms import VERSION, items_in, rubric_fields
from webapp.rubrics.rubrics import MOST_ITEMS, MOST_LEVELS, RubricError

blueprint = Blueprint("rubric", __name__)

_COURSE, _QUESTION = "/rubrics/<kind>", "/answers/<name>/<question>/rubric"
_ANSWER = {"kind": ANSWER.name}


@blueprint.get(_COURSE)
@blueprint.get(_QUESTION, defaults=_ANSWER)
@for_roles(*STAFF)
def show(enrolment: Enrolment, kind: str, name: str = "", question: str = "") -> str:
    """A rubric; instructors change it."""
    return _page(enrolment, place_in(db.session, enrolment, name, question), kind)


@blueprint.post(_COURSE)
@blueprint.post(_QUESTION, defaults=_ANSWER)
@for_roles(Role.INSTRUCTOR)
def save(
    enrolment: Enrolment, kind: str, name: str = "", question: str = ""
) -> Response | tuple[str, int]:
    """Change a rubric, and with it the points of everything that is read already."""
    place = place_in(db.session, enrolment, name, question)
    try:
        changed = operations.change_rubric(
            db.session,
            enrolment,
            kind_at(place, kind),
            place=place,
            items=items_in(request.form),
            edited=request.form.get(VERSION, ""),
        )
    except RubricError as error:
        again = place_in(db.session, enrolment, name, question)
        return _page(enrolment, again, kind, refusal=str(error)), 422
    flash(f"The rubric is saved. Scores that changed with it: {changed}.", "success")
    slug = enrolment.course.slug
    return redirect(url_for(".show", slug=slug, kind=kind, **place.address), code=303)


def _page(enrolment: Enrolment, place: Place, kind: str, *, refusal: str = "") -> str:
    rubric = kind_at(place, kind).rubric(db.session, place)
    return render_template(
        "reading/rubric.html",
        course=enrolment.course,
        asked=place,
        rubric=rubric,
        kinds={each.name: each.label for each in kinds_at(place)},
        fields=request.form if refusal else rubric_fields(rubric),
        places=range(min(MOST_ITEMS, len(rubric.items) + 2)),
        levels=range(MOST_LEVELS),
        refusal=refusal,
    )
