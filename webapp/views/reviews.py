"""The paper review: one page of Markdown, or a PDF."""

from __future__ import annotations

import sqlalchemy as sa
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
from sqlalchemy.orm import joinedload, undefer
from werkzeug.wrappers import Response

from webapp import written
from webapp.access import EVERYONE, for_roles
from webapp.clock import now
from webapp.database import db
from webapp.models import Enrolment, PaperReview, Role
from webapp.papers import PAPERS
from webapp.reading_scores import published_scores
from webapp.rendering import markdown
from webapp.rubrics import rubric_of
from webapp.tools import FileRefused, tools
from webapp.uploads import read_upload, store
from webapp.views.rubrics import file_name
from webapp.views.submissions import attachment

blueprint = Blueprint("reviews", __name__, url_prefix="/courses/<slug>")

REVIEW_BYTES = 10 * 2**20
_LONGEST_BODY = 12_000
_LONGEST_PAPER = 300


@blueprint.get("/review")
@for_roles(Role.STUDENT)
def show(enrolment: Enrolment) -> str:
    """One's review: the form, the preview, and what is handed in."""
    return _page(enrolment)


def _page(enrolment: Enrolment, *, refusal: str = "", field: str = "") -> str:
    review = written.review_of(db.session, enrolment.course_id, enrolment.user_id)
    typed = refusal and field == "text"
    body = request.form.get("body", "") if typed else (review.body if review else "")
    paper = request.form.get("paper", "") if typed else (review.paper if review else "")
    return render_template(
        "written/review.html",
        course=enrolment.course,
        review=review,
        body=body,
        paper=paper,
        preview=markdown(body),
        papers=PAPERS,
        scores=published_scores(db.session, enrolment.course, review=review),
        rubric=rubric_of(db.session, enrolment.course_id, "review"),
        refusal=refusal,
        field=field,
    )


@blueprint.post("/review")
@for_roles(Role.STUDENT)
def save(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Save the paper's reference and the Markdown."""
    body, paper = request.form.get("body", ""), request.form.get("paper", "").strip()
    if len(body) > _LONGEST_BODY or len(paper) > _LONGEST_PAPER:
        sentence = (
            f"The review has {len(body)} characters, expected at most {_LONGEST_BODY} "
            f"(one page), and the reference {len(paper)}, expected at most {_LONGEST_PAPER}."
        )
        return _page(enrolment, refusal=sentence, field="text"), 422
    review = _own_review(enrolment)
    review.body, review.paper, review.received_at = body, paper, now()
    db.session.commit()
    flash(_saved(enrolment, review), "success")
    return _back(enrolment)


@blueprint.post("/review/preview")
@for_roles(Role.STUDENT)
def preview(enrolment: Enrolment) -> str:
    """The Markdown being written, as it will be read."""
    return render_template(
        "written/_preview.html", preview=markdown(request.form.get("body", "")[:_LONGEST_BODY])
    )


@blueprint.post("/review/file")
@for_roles(Role.STUDENT)
def hand_in_file(enrolment: Enrolment) -> Response | tuple[str, int]:
    """Hand in the review as a one-page PDF; the Markdown stays as it is."""
    try:
        upload = read_upload(request.files.get("review"), most=REVIEW_BYTES, what="a PDF review")
        seen = tools().inspect_pdf(upload.data)
        if seen.pages != 1:
            raise FileRefused(f"The PDF has {seen.pages} pages, expected 1: a review is one page.")
    except FileRefused as error:
        return _page(enrolment, refusal=str(error), field="file"), 422
    store(db.session, upload)
    review = _own_review(enrolment)
    review.filename, review.sha256 = upload.filename, upload.sha256
    review.thumbnail, review.received_at = seen.thumbnail_png, now()
    db.session.commit()
    flash(_saved(enrolment, review), "success")
    return _back(enrolment)


@blueprint.get("/reviews/<int:review_id>/file")
@for_roles(*EVERYONE)
def file(enrolment: Enrolment, review_id: int) -> Response:
    """The PDF; for its author and the staff."""
    review = review_in(enrolment, review_id)
    if review.content is None:
        abort(404)
    name = file_name(enrolment, "review", review.id, review.filename)
    return attachment(review.content.data, name, "application/pdf")


@blueprint.get("/reviews/<int:review_id>/file.png")
@for_roles(*EVERYONE)
def file_picture(enrolment: Enrolment, review_id: int) -> Response:
    """A picture of the PDF's page."""
    picture = review_in(enrolment, review_id).thumbnail
    if picture is None:
        abort(404)
    response = make_response(picture)
    response.mimetype = "image/png"
    return response


def review_in(enrolment: Enrolment, review_id: int) -> PaperReview:
    """A review of the course: one's own, or any for staff."""
    review = db.session.scalar(
        sa.select(PaperReview)
        .options(joinedload(PaperReview.user), undefer(PaperReview.thumbnail))
        .where(PaperReview.id == review_id, PaperReview.course_id == enrolment.course_id)
    )
    if review is None or not (enrolment.is_staff or review.user_id == enrolment.user_id):
        abort(404)
    return review


def _own_review(enrolment: Enrolment) -> PaperReview:
    review = written.review_of(db.session, enrolment.course_id, enrolment.user_id)
    if review is None:
        review = PaperReview(course_id=enrolment.course_id, user_id=enrolment.user_id)
        db.session.add(review)
    return review


def _saved(enrolment: Enrolment, review: PaperReview) -> str:
    late = written.is_late(review.received_at, enrolment.course.reviews_due_at)
    return "Your review is saved, marked as late." if late else "Your review is saved."


def _back(enrolment: Enrolment) -> Response:
    address = url_for("reviews.show", slug=enrolment.course.slug)
    return redirect(address, code=303)
