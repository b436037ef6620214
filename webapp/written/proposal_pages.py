"""The novel proposal: a team, a title with an abstract, and a one-page slide."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.courses.access import EVERYONE, for_roles
from webapp.models import Enrolment, Proposal, Reading, Role, Slide
from webapp.rendering.prepared import renderings
from webapp.rubrics.names import file_name
from webapp.rubrics.queries import published_scores, rubric_of
from webapp.site.downloads import attachment
from webapp.site.uploads import FileRefused, read_upload
from webapp.written import operations, team_operations
from webapp.written.examples import examples_of
from webapp.written.pdfs import LOOKED_AT_SOON, MOST_BYTES, look
from webapp.written.queries import proposal_in, team_of
from webapp.written.rules import NotPossible, TextRefused, conditions, is_late

blueprint = Blueprint("proposals", __name__, url_prefix="/courses/<slug>")


@blueprint.get("/proposal")
@for_roles(Role.STUDENT)
def show(enrolment: Enrolment) -> str:
    """One's team and its proposal, or how to get a team."""
    return _page(enrolment)


def _page(enrolment: Enrolment, *, refusal: str = "", field: str = "") -> str:
    team = team_of(db.session, enrolment.course_id, enrolment.user_id)
    proposal = team.proposal if team else None
    text = {"title": proposal.title, "abstract": proposal.abstract} if proposal else {}
    return render_template(
        "written/proposal.html" if team else "written/no_team.html",
        course=enrolment.course,
        team=team,
        proposal=proposal,
        text={**text, **request.form.to_dict()} if refusal else text,
        conditions=conditions(team, enrolment.course) if team else [],
        examples=examples_of(db.session, enrolment.course_id),
        scores=_scores(enrolment, proposal),
        rubric=rubric_of(db.session, enrolment.course_id, "proposal"),
        refusal=refusal,
        field=field,
    )


def _scores(enrolment: Enrolment, proposal: Proposal | None) -> list[Reading]:
    if proposal is None:
        return []
    return published_scores(db.session, enrolment.course, "proposal", proposal_id=proposal.id)


@blueprint.post("/proposal/team")
@for_roles(Role.STUDENT)
def create_team(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Start a team."""
    name = request.form.get("name", "").strip()
    try:
        team_operations.found_team(db.session, enrolment, name=name)
    except TextRefused as error:
        return _page(enrolment, refusal=str(error), field="name"), 422
    except NotPossible as error:
        return _page(enrolment, refusal=str(error), field="name"), 409
    flash("Your team is there. Give its invitation code to the others.", "success")
    return _back(enrolment)


@blueprint.post("/proposal/join")
@for_roles(Role.STUDENT)
def join_team(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Join a team by its code."""
    code = request.form.get("code", "")
    try:
        team = team_operations.join_team(db.session, enrolment, code=code)
    except NotPossible as error:
        return _page(enrolment, refusal=str(error), field="code"), 422
    flash(f"You are in {team.name} now.", "success")
    return _back(enrolment)


@blueprint.post("/proposal/leave")
@for_roles(Role.STUDENT)
def leave_team(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Leave the team."""
    try:
        team_operations.leave_team(db.session, enrolment)
    except NotPossible as error:
        return _page(enrolment, refusal=str(error), field="leave"), 409
    flash("You have left the team.", "success")
    return _back(enrolment)


@blueprint.post("/proposal/text")
@for_roles(Role.STUDENT)
def save_text(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Save title and abstract."""
    proposal = _own_proposal(enrolment)
    title = request.form.get("title", "").strip()
    abstract = request.form.get("abstract", "").strip()
    try:
        operations.save_proposal_text(db.session, proposal, title=title, abstract=abstract)
    except TextRefused as error:
        return _page(enrolment, refusal=str(error), field="text"), 422
    flash("Title and abstract are saved.", "success")
    return _back(enrolment)


@blueprint.post("/proposal/slide")
@for_roles(Role.STUDENT)
def hand_in_slide(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Hand in the slide: one page of PDF, as the renderer sees it; late ones are kept and marked.

    Where the renderer has no time now, the slide is in all the same, and looked at soon.
    """
    proposal = _own_proposal(enrolment)
    try:
        upload = read_upload(request.files.get("slide"), most=MOST_BYTES, what="a PDF slide")
        desk = renderings().desk(enrolment.user_id, None)
        seen = look(desk, upload.data, upload.sha256)
        slide = operations.hand_in_slide(db.session, enrolment, proposal, upload=upload, seen=seen)
    except FileRefused as error:
        return _page(enrolment, refusal=str(error), field="slide"), 422
    late = is_late(slide.received_at, enrolment.course.slides_due_at)
    said = "The slide is in, marked as late." if late else "The slide is in."
    flash(said if seen else f"{said} {LOOKED_AT_SOON}", "success")
    return _back(enrolment)


@blueprint.get("/proposals/<int:proposal_id>/slide")
@for_roles(*EVERYONE)
def slide(enrolment: Enrolment, proposal_id: int) -> Response:
    """The slide that counts, as a file; for the team and the staff."""
    found = _slide_in(enrolment, proposal_id)
    name = file_name(enrolment, "proposal", proposal_id, found.filename)
    return attachment(found.content.data, name, "application/pdf")


@blueprint.get("/proposals/<int:proposal_id>/slide.png")
@for_roles(*EVERYONE)
def slide_picture(enrolment: Enrolment, proposal_id: int) -> Response:
    """A picture of the slide."""
    response = make_response(_slide_in(enrolment, proposal_id).thumbnail or abort(404))
    response.mimetype = "image/png"
    return response


def _slide_in(enrolment: Enrolment, proposal_id: int) -> Slide:
    return proposal_in(db.session, enrolment, proposal_id).slide or abort(404)


def _own_proposal(enrolment: Enrolment) -> Proposal:
    team = team_of(db.session, enrolment.course_id, enrolment.user_id)
    if team is None or team.proposal is None:
        abort(404)
    return team.proposal


def _back(enrolment: Enrolment) -> Response:
    address = url_for("proposals.show", slug=enrolment.course.slug)
    return redirect(address, code=303)
