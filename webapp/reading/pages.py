"""Staff reading written work by its rubric, one work after the other."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.paging import nearest_page, page_count
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Role
from webapp.reading import operations
from webapp.reading.addresses import address_of, list_address
from webapp.reading.kinds import KINDS, place_in, work_at
from webapp.reading.kinds.answer import ANSWER, questions_of
from webapp.reading.kinds.kind import Opened, Place
from webapp.reading.queries import graders_of, readers_of, readings_of, works
from webapp.reading.works import is_shown, next_work
from webapp.rendering.prepared import renderings
from webapp.rubrics.forms import sent_in
from webapp.rubrics.marks import ReadingRefused
from webapp.rubrics.names import reading_names
from webapp.rubrics.queries import bank_of
from webapp.site.addresses import row_number

blueprint = Blueprint("readings", __name__, url_prefix="/courses/<slug>/staff/readings")

SHOWN = {
    "all": "Everything",
    "mine": "What waits for you",
    "unread": "Unread",
    "disputed": "Where readers disagree",
}
INSTEAD_OF = "instead-of"
_PAGE_ROWS = 50


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everything to read, who reads it, what is scored, and whether students see it."""
    return _list(enrolment, place_in(db.session, enrolment))


@blueprint.get("/answers/<name>/<question>")
@for_roles(*STAFF)
def answers(enrolment: Enrolment, name: str, question: str) -> str:
    """The answers to one question, who reads them, and what they are worth."""
    return _list(enrolment, place_in(db.session, enrolment, name, question))


def _list(enrolment: Enrolment, place: Place) -> str:
    names = reading_names(enrolment)
    found = works(db.session, place, names)
    choices = {key: label for key, label in SHOWN.items() if not place.item or key != "unread"}
    show = request.args.get("show", "all")
    show = show if show in choices else "all"
    chosen = [work for work in found if is_shown(work, show, enrolment.user_id)]
    pages = page_count(len(chosen), _PAGE_ROWS)
    page = nearest_page(request.args.get("page", 1, type=row_number), pages)
    return render_template(
        "reading/answers.html" if place.item else "reading/list.html",
        course=enrolment.course,
        asked=place,
        names=names,
        kinds={kind.name: kind.one for kind in KINDS},
        bank=[] if place.item else bank_of(db.session, enrolment.course_id),
        found=found,
        works=chosen[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        me=enrolment.user_id,
        unread=sum(not work.points for work in found),
        waiting=sum(work.waits_for(enrolment.user_id) for work in found),
        show=show,
        shown=choices,
        page=page,
        pages=pages,
    )


@blueprint.get("/answers")
@for_roles(*STAFF)
def questions(enrolment: Enrolment) -> str:
    """Every written question, and how many of its answers wait."""
    found = questions_of(db.session, enrolment.course)
    return render_template(
        "reading/questions.html",
        course=enrolment.course,
        questions=found,
        titles={
            name: question_titles(db.session, name)
            for name in {each.item.assignment for each in found}
        },
    )


@blueprint.get("/next")
@blueprint.get("/answers/<name>/<question>/next")
@for_roles(*STAFF)
def next_unread(enrolment: Enrolment, name: str = "", question: str = "") -> Response:
    """On to what this grader should read next."""
    place = place_in(db.session, enrolment, name, question)
    kind = ANSWER.name if place.item else request.args.get("kind", "")
    return _on(enrolment, place, (kind, request.args.get("after", 0, type=row_number)))


def _on(enrolment: Enrolment, place: Place, after: tuple[str, int]) -> Response:
    work = next_work(works(db.session, place, reading_names(enrolment)), enrolment.user_id, after)
    if work is None:
        flash("Nothing more waits for you to read.", "success")
        return redirect(list_address(place), code=303)
    return redirect(address_of(place, work.kind, work.id), code=303)


@for_roles(*STAFF)
def read(enrolment: Enrolment, kind: str, number: int, name: str = "", question: str = "") -> str:
    """Read one work."""
    place = place_in(db.session, enrolment, name, question)
    return _page(enrolment, work_at(db.session, enrolment, place, kind=kind, number=number))


@for_roles(*STAFF)
def score(
    enrolment: Enrolment, kind: str, number: int, name: str = "", question: str = ""
) -> Response | tuple[str, int]:
    """Score one work, and go on to the next."""
    place = place_in(db.session, enrolment, name, question)
    work = work_at(db.session, enrolment, place, kind=kind, number=number)
    instead_of = request.form.get(INSTEAD_OF, type=float)
    try:
        kept = operations.keep(
            db.session, enrolment, work, sent=sent_in(request.form), instead_of=instead_of
        )
    except ReadingRefused as error:
        again = place_in(db.session, enrolment, name, question)
        return _page(
            enrolment, work_at(db.session, enrolment, again, kind=kind, number=number), str(error)
        ), error.status
    flash("Your score is saved.", "success")
    if kept.by_hand is not None:
        points = f"{kept.by_hand:g} point{'' if kept.by_hand == 1 else 's'}"
        flash(f"The answer keeps the {points} that staff gave by hand.", "info")
    if request.form.get("then") == "next":
        return _on(enrolment, place, (kind, number))
    return redirect(list_address(place), code=303)


for _kind in (each for each in KINDS if each.folder):
    for _view, _method in ((read, "GET"), (score, "POST")):
        blueprint.add_url_rule(
            f"/{_kind.folder}/<int:number>",
            view_func=_view,
            methods=[_method],
            defaults={"kind": _kind.name},
        )


@blueprint.post("/publish")
@for_roles(Role.INSTRUCTOR)
def publish(enrolment: Enrolment) -> Response:
    """Show the scores to students, or hide them again."""
    shown = request.form.get("shown") == "yes"
    operations.publish_scores(db.session, enrolment, shown=shown)
    flash("Students see the scores now." if shown else "The scores are hidden now.", "success")
    return redirect(url_for("readings.index", slug=enrolment.course.slug), code=303)


def _page(enrolment: Enrolment, work: Opened, refusal: str = "") -> str:
    kind, place, names = work.kind, work.place, reading_names(enrolment)
    rubric = kind.rubric(db.session, place)
    rows = readings_of(db.session, work)
    mine = next((row for row in rows if row.grader_id == enrolment.user_id), None)
    shown = kind.show(db.session, work, names)
    after = {"after": work.number} if place.item else {"kind": kind.name, "after": work.number}
    return render_template(
        "reading/read.html",
        course=enrolment.course,
        asked=place,
        kind=kind.name,
        row=work.row,
        shown=shown,
        body=renderings().desk(enrolment.user_id, place.course.id).text(shown.text, top=2),
        again=address_of(place, kind.name, work.number),
        names=names,
        rubric=rubric,
        refusal=refusal,
        chosen=request.form if refusal else (mine.selections if mine else {}),
        comment=request.form.get("comment", "") if refusal else (mine.comment if mine else ""),
        # A second reader reads for themselves before seeing what the first one gave.
        others=[row for row in rows if row is not mine] if mine else [],
        unseen=0 if mine else len(rows),
        duties=readers_of(db.session, work),
        graders=graders_of(db.session, enrolment.course_id),
        bank=bank_of(db.session, enrolment.course_id),
        by_hand=kind.standing(db.session, work, rubric=rubric, rows=rows).by_hand,
        instead=bool(refusal and request.form.get(INSTEAD_OF)),
        next_href=list_address(place, "readings.next_unread", **after),
        reassign=address_of(place, kind.name, work.number, endpoint="readings.work.reassign"),
    )
