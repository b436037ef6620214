"""Instructors' rubrics, the graders' kept comments, and whether authors' names show."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import BankComment, Enrolment, Role
from webapp.rubrics.names import hide_names
from webapp.rubrics.rubrics import (
    KINDS,
    MOST_ITEMS,
    MOST_LEVELS,
    Rubric,
    RubricError,
    from_form,
    lock_rubrics,
    refuse_lost_changes,
    refuse_lost_choices,
    rubric_of,
    save_rubric,
    selections_in,
)

blueprint = Blueprint("rubrics", __name__)

VERSION = "rubric-version"
_LONGEST_COMMENT, _MOST_COMMENTS = 1000, 200


@blueprint.get("/rubrics/<kind>")
@for_roles(*STAFF)
def show(enrolment: Enrolment, kind: str) -> str:
    """A rubric; instructors change it."""
    return _page(enrolment, _kind(kind))


@blueprint.post("/rubrics/<kind>")
@for_roles(Role.INSTRUCTOR)
def save(enrolment: Enrolment, kind: str) -> Response | tuple[str, int]:
    """Change a rubric, and with it the points of everything that is read already."""
    try:
        changed = change_work_rubric(enrolment, _kind(kind), request.form)
    except RubricError as error:
        db.session.rollback()
        return _page(enrolment, kind, refusal=str(error)), 422
    flash(f"The rubric is saved. Scores that changed with it: {changed}.", "success")
    return redirect(url_for(".show", slug=enrolment.course.slug, kind=kind), code=303)


def change_work_rubric(enrolment: Enrolment, kind: str, form: Mapping[str, str]) -> int:
    """Change a rubric, with a line in the log; how many scores changed with it.

    Raises RubricError.
    """
    course = enrolment.course
    lock_rubrics(db.session, course.id, to_change=True)
    given = selections_in(db.session, course.id, kind)
    before = rubric_of(db.session, course.id, kind)
    rubric = from_form(kind, form)
    refuse_lost_changes(before, form.get(VERSION, ""))
    refuse_lost_choices(before, rubric, given)
    save_rubric(db.session, course.id, rubric)
    changed = sum(before.points(each) != rubric.points(each) for each in given)
    record(
        db.session,
        enrolment,
        "change rubric",
        subject=KINDS[kind].lower(),
        items=", ".join(f"{item.title} ({item.most:g})" for item in rubric.items),
        scores_changed=changed,
    )
    db.session.commit()
    return changed


def _page(enrolment: Enrolment, kind: str, refusal: str = "") -> str:
    rubric = rubric_of(db.session, enrolment.course_id, kind)
    return render_template(
        "rubrics/rubric.html",
        course=enrolment.course,
        rubric=rubric,
        kinds=KINDS,
        fields=request.form if refusal else rubric_fields(rubric),
        places=range(min(MOST_ITEMS, len(rubric.items) + 2)),
        levels=range(MOST_LEVELS),
        refusal=refusal,
    )


def rubric_fields(rubric: Rubric) -> dict[str, str]:
    """The form as it stands before anybody typed."""
    found: dict[str, str] = {}
    for place, item in enumerate(rubric.items):
        found |= {f"item-{place}": item.key, f"title-{place}": item.title}
        for number, level in enumerate(item.levels):
            found[f"level-{place}-{number}"] = level.key
            found[f"points-{place}-{number}"] = f"{level.points:g}"
            found[f"label-{place}-{number}"] = level.label
    return found


def _kind(kind: str) -> str:
    return kind if kind in KINDS else abort(404)


@blueprint.post("/comments")
@for_roles(*STAFF)
def add_comment(enrolment: Enrolment) -> Response:
    """Keep a comment for all graders of the course."""
    refusal = keep_comment(enrolment, request.form.get("text", "").strip())
    flash(refusal or "The comment is kept.", "danger" if refusal else "success")
    return _readings(enrolment)


def keep_comment(enrolment: Enrolment, text: str) -> str:
    """Keep a comment, or return the sentence why not."""
    kept = sa.select(sa.func.count(BankComment.id)).where(
        BankComment.course_id == enrolment.course_id
    )
    if not 1 <= len(text) <= _LONGEST_COMMENT:
        return f"A kept comment has 1 to {_LONGEST_COMMENT} characters, not {len(text)}."
    if (db.session.scalar(kept) or 0) >= _MOST_COMMENTS:
        return f"There are {_MOST_COMMENTS} kept comments: remove one first."
    db.session.add(BankComment(course_id=enrolment.course_id, text=text))
    db.session.commit()
    return ""


@blueprint.post("/comments/<int:comment_id>/remove")
@for_roles(*STAFF)
def remove_comment(enrolment: Enrolment, comment_id: int) -> Response:
    """Keep a comment no longer; where it was given it stays."""
    forget_comment(enrolment, comment_id)
    flash("The comment is removed.", "success")
    return _readings(enrolment)


def forget_comment(enrolment: Enrolment, comment_id: int) -> None:
    """Keep a comment of the course no longer, or 404."""
    found = db.session.scalar(
        sa.select(BankComment).where(
            BankComment.id == comment_id, BankComment.course_id == enrolment.course_id
        )
    )
    db.session.delete(found or abort(404))
    db.session.commit()


@blueprint.post("/names")
@for_roles(Role.INSTRUCTOR)
def save_names(enrolment: Enrolment) -> Response:
    """Hide authors' names from readers, or show them."""
    hidden = request.form.get("hidden") == "yes"
    hide_names(enrolment, hidden=hidden)
    flash("Names are hidden now." if hidden else "Names are shown now.", "success")
    return _readings(enrolment)


def bank_of(enrolment: Enrolment) -> list[BankComment]:
    """The comments that the graders of a course keep."""
    rows = sa.select(BankComment).where(BankComment.course_id == enrolment.course_id)
    return list(db.session.scalars(rows.order_by(BankComment.id)))


def _readings(enrolment: Enrolment) -> Response:
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)
