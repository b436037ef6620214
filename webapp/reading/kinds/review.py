"""Paper reviews of students: read by a rubric, and worth the mean of what readers give."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload

from webapp.models import Enrolment, PaperReview
from webapp.reading.kinds.kind import Kind, Opened, Place, Shown
from webapp.reading.works import Work
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import Rubric
from webapp.written import rules
from webapp.written.queries import review_in


class Reviews(Kind):
    """A page about a paper, as Markdown or PDF."""

    name, label, one = "review", "Paper reviews", "Paper review"
    folder = "reviews"
    column = reader_column = "review_id"

    def find(self, session: Session, place: Place, *, names: Names, rubric: Rubric) -> list[Work]:
        """One statement."""
        rows = session.scalars(
            sa.select(PaperReview)
            .where(PaperReview.course_id == place.course.id)
            .options(defer(PaperReview.body), joinedload(PaperReview.user))
            .order_by(PaperReview.id)
        )
        return [
            Work(self.name, row.id, row.paper or "No paper named yet", _author(row, names), rubric)
            for row in rows
        ]

    def open(self, session: Session, enrolment: Enrolment, place: Place, number: int) -> Opened:
        """A review of the course."""
        return Opened(self, place, review_in(session, enrolment, number))

    def show(self, session: Session, work: Opened, names: Names) -> Shown:
        """The paper, the text or the PDF, and whether it is late."""
        row: PaperReview = work.row
        late = rules.is_late(row.received_at, work.place.course.reviews_due_at)
        heading = row.paper or self.one
        return Shown(row.paper, _author(row, names), row.body, heading=heading, more={"late": late})


def _author(review: PaperReview, names: Names) -> str:
    return names.of("review", review.id, review.user.name)


REVIEW = Reviews()
