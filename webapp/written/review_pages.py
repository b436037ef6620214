"""The paper review: one page of Markdown, or a PDF."""

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

from webapp.base.clock import local
from webapp.base.database import db
from webapp.courses.access import EVERYONE, for_roles
from webapp.models import Enrolment, PaperReview, ReviewDraft, Role
from webapp.rendering.prepared import Prepared, renderings
from webapp.rubrics.names import file_name
from webapp.rubrics.queries import published_scores, rubric_of
from webapp.site.addresses import row_number
from webapp.site.downloads import attachment
from webapp.site.uploads import FileRefused, read_upload
from webapp.written import operations
from webapp.written.papers import suggested
from webapp.written.pdfs import LOOKED_AT_SOON, MOST_BYTES, look
from webapp.written.queries import draft_of, review_in, review_of
from webapp.written.review_text import LONGEST_BODY, DraftConflict, DraftRefused, ReviewText
from webapp.written.rules import is_late

blueprint = Blueprint("reviews", __name__, url_prefix="/courses/<slug>")


@blueprint.get("/review")
@for_roles(Role.STUDENT)
def show(enrolment: Enrolment) -> str:
    """One's review: the form, the preview, and what is handed in."""
    return _page(enrolment)


def _page(enrolment: Enrolment, *, refusal: str = "", field: str = "") -> str:
    course = enrolment.course
    review = review_of(db.session, course.id, enrolment.user_id)
    draft = draft_of(db.session, course.id, enrolment.user_id)
    shown = draft or review
    typed = field in ("text", "conflict")
    body = request.form.get("body", "") if typed else (shown.body if shown else "")
    paper = request.form.get("paper", "") if typed else (shown.paper if shown else "")
    open_draft = draft and (not review or (draft.body, draft.paper) != (review.body, review.paper))
    return render_template(
        "written/review.html",
        course=course,
        review=review,
        draft=draft if open_draft else None,
        other=draft if field == "conflict" else None,
        revision=draft.revision if draft else 0,
        body=body,
        paper=paper,
        preview=_laid_out(enrolment, body),
        papers=suggested(db.session, course.id),
        scores=published_scores(db.session, course, "review", review_id=review.id)
        if review
        else [],
        rubric=rubric_of(db.session, course.id, "review"),
        refusal=refusal,
        field=field,
    )


def _laid_out(enrolment: Enrolment, body: str) -> Prepared:
    """One's review as it will be read; the same copy, kept for minutes, until it is handed in."""
    return renderings().desk(enrolment.user_id, None).review(body[:LONGEST_BODY])


@blueprint.post("/review")
@for_roles(Role.STUDENT)
def save(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Hand in the paper's reference and the Markdown, or only keep them and show a preview."""
    try:
        draft = _save_draft(enrolment)
        if request.form.get("then") == "preview":
            flash("Your draft is saved. It is not handed in yet.", "info")
            return _back(enrolment)
        laid_out = _laid_out(enrolment, draft.body)
        pages = laid_out.ready.pages if laid_out.ready else 0.0
        review = operations.hand_in_review(db.session, enrolment, draft, pages=pages)
    except DraftRefused as error:
        return _page(enrolment, refusal=str(error), field="text"), 422
    except DraftConflict:
        return _page(enrolment, refusal=_conflict(enrolment), field="conflict"), 409
    flash(_saved(enrolment, review), "success")
    return _back(enrolment)


@blueprint.post("/review/draft")
@for_roles(Role.STUDENT)
def save_draft(enrolment: Enrolment) -> dict[str, str | int]:
    """Keep what is being written; says so, or why not, as the page reads it out."""
    try:
        draft = _save_draft(enrolment)
    except DraftRefused as error:
        return {"state": "refused", "sentence": f"Not saved. {error}"}
    except DraftConflict:
        return {"state": "conflict", "sentence": _conflict(enrolment)}
    at = local(draft.saved_at, enrolment.course.time_zone)
    sentence = f"Draft saved at {at:%H:%M}. It is not handed in yet."
    return {"state": "saved", "sentence": sentence, "revision": draft.revision}


def _save_draft(enrolment: Enrolment) -> ReviewDraft:
    return operations.save_draft(
        db.session,
        enrolment,
        text=ReviewText(request.form.get("paper", "").strip(), request.form.get("body", "")),
        revision=request.form.get("revision", 0, type=row_number),
    )


def _conflict(enrolment: Enrolment) -> str:
    draft = draft_of(db.session, enrolment.course_id, enrolment.user_id)
    at = local(draft.saved_at, enrolment.course.time_zone) if draft else None
    when = f" at {at:%H:%M}" if at else ""
    return (
        f"Another window saved a different text{when}, so this one is not saved. Nothing is "
        "lost: hand this one in to see both, or load the page again for the other."
    )


@blueprint.post("/review/preview")
@for_roles(Role.STUDENT)
def preview(enrolment: Enrolment) -> str:
    """The Markdown being written, as it will be read."""
    found = _laid_out(enrolment, request.form.get("body", ""))
    return render_template("written/_preview.html", course=enrolment.course, preview=found)


@blueprint.post("/review/file")
@for_roles(Role.STUDENT)
def hand_in_file(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Hand in the review as a one-page PDF; the Markdown stays as it is."""
    try:
        upload = read_upload(request.files.get("review"), most=MOST_BYTES, what="a PDF review")
        desk = renderings().desk(enrolment.user_id, None)
        seen = look(desk, upload.data, upload.sha256)
        review = operations.hand_in_review_file(db.session, enrolment, upload=upload, seen=seen)
    except FileRefused as error:
        return _page(enrolment, refusal=str(error), field="file"), 422
    said = _saved(enrolment, review)
    flash(said if seen else f"{said} {LOOKED_AT_SOON}", "success")
    return _back(enrolment)


@blueprint.get("/reviews/<int:review_id>/file")
@for_roles(*EVERYONE)
def file(enrolment: Enrolment, review_id: int) -> Response:
    """The PDF; for its author and the staff."""
    review = review_in(db.session, enrolment, review_id)
    if review.content is None:
        abort(404)
    name = file_name(enrolment, "review", review.id, review.filename)
    return attachment(review.content.data, name, "application/pdf")


@blueprint.get("/reviews/<int:review_id>/file.png")
@for_roles(*EVERYONE)
def file_picture(enrolment: Enrolment, review_id: int) -> Response:
    """A picture of the PDF's page."""
    picture = review_in(db.session, enrolment, review_id).thumbnail
    if not picture:
        abort(404)
    response = make_response(picture)
    response.mimetype = "image/png"
    return response


def _saved(enrolment: Enrolment, review: PaperReview) -> str:
    late = is_late(review.received_at, enrolment.course.reviews_due_at)
    return "Your review is handed in, marked as late." if late else "Your review is handed in."


def _back(enrolment: Enrolment) -> Response:
    address = url_for("reviews.show", slug=enrolment.course.slug)
    return redirect(address, code=303)
