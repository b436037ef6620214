"""Written answers of notebooks: read question by question, in the attempts that may count.

Each grader's reading is kept; the mean of those that are complete is the answer's grade, and is
written where points that staff give by hand are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Action
from webapp.base.database import Missing
from webapp.base.numbers import CLOSE
from webapp.courses.assignments import assignment_called, assignments_of
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    ManualGrade,
    QuestionScore,
    Reading,
    Result,
    Submission,
    User,
)
from webapp.reading import answer_points
from webapp.reading.kinds.kind import Kept, Kind, Opened, Place, Shown
from webapp.reading.works import Standing, Work
from webapp.rubrics.names import Names
from webapp.rubrics.queries import rubric_row
from webapp.rubrics.rubrics import Rubric, RubricError, plain_points, rubric_from
from webapp.scoring import counting
from webapp.scoring.attempts_to_read import attempts_to_read
from webapp.scoring.points_by_hand import set_manual_grade
from webapp.scoring.queries import MANUAL, questions_of_item, written_question_of
from webapp.submissions.notebook_cells import answers_of, notebook_of, texts_given
from webapp.visibility.submissions import content_of, submission_in


@dataclass(frozen=True)
class WrittenQuestion:
    """A written question of an assignment, and how many of its answers wait."""

    item: CourseAssignment
    name: str
    most: float
    answers: int
    waiting: int


@dataclass(frozen=True)
class Answer(Work):
    """A student's answer in the attempt that counts, or in one that may come to.

    `given` are its points so far. It is worth `most` in its own notebook, which may be less than
    the rubric gives.
    """

    user_id: int = 0
    attempt: int = 1
    counts: bool = True
    given: float | None = None
    most: float = math.inf

    @property
    def belongs_to(self) -> int:
        """Readers have students, whichever attempt counts."""
        return self.user_id

    @property
    def by_hand(self) -> bool:
        """Whether staff gave points that no reading says."""
        return answer_points.is_by_hand(self.given, self.mean, self.most)

    def given_to(self, grader_id: int) -> float | None:
        """Its points as a grader sees them: those of readings once they have read it themselves."""
        return self.given if self.by_hand or not self.unread_by(grader_id) else None

    def waits_for(self, grader_id: int) -> bool:
        """As any work; what has points by hand waits for nobody."""
        return not self.by_hand and super().waits_for(grader_id)


class Answers(Kind):
    """What students wrote to one question, in their notebooks."""

    name, label, one = "answer", "Answers", "Answer"
    folder = "answers/<name>/<question>"
    listed = False
    action: ClassVar[Action] = "read written answer"
    column, reader_column = "submission_id", "user_id"

    def find(self, session: Session, place: Place, *, names: Names, rubric: Rubric) -> list[Work]:
        """Every answer that staff read: one statement."""
        item, question = _item(place), place.question
        attempts = attempts_to_read(item.course_id, Submission.course_assignment_id == item.id)
        rows = session.execute(
            sa.select(
                attempts.c.id,
                attempts.c.user_id,
                attempts.c.attempt,
                attempts.c.counts,
                User.name,
                ManualGrade.points,
                QuestionScore.max_score.label("most"),
            )
            .join_from(*_results_of(attempts))
            .join(User, User.id == attempts.c.user_id)
            .outerjoin(ManualGrade, _grade_of(attempts))
            .where(QuestionScore.kind == MANUAL, QuestionScore.question == question)
            .order_by(attempts.c.id)
        ).all()
        return [
            Answer(
                self.name,
                row.id,
                (author := names.of(self.name, row.user_id, row.name)),
                author,
                rubric,
                user_id=row.user_id,
                attempt=row.attempt,
                counts=row.counts,
                given=row.points,
                most=row.most,
            )
            for row in rows
        ]

    def open(self, session: Session, enrolment: Enrolment, place: Place, number: int) -> Opened:
        """A submission whose result asks that question."""
        submission = submission_in(session, enrolment, number)
        if submission.course_assignment_id != _item(place).id:
            raise Missing
        if written_question_of(session, submission, place.question) is None:
            raise Missing
        return Opened(self, place, submission)

    def show(self, session: Session, work: Opened, names: Names) -> Shown:
        """The answer's text, and of which attempt it is."""
        row: Submission = work.row
        question = work.place.question
        given = texts_given(session, row.course_assignment.assignment)
        notebook = notebook_of(content_of(session, row))
        found = answers_of(notebook, [question], given).get(question)
        title = work.place.title
        author = names.of(self.name, row.user_id, row.user.name)
        more = {"submission": row, "astray": found.note if found else ""}
        return Shown(title, author, found.text if found else "", heading=title, more=more)

    def rubric(self, session: Session, place: Place) -> Rubric:
        """The question's own, or plain points."""
        row = rubric_row(session, kind=self.name, **place.scope)
        return rubric_from(self.name, row.content) if row else plain_points(self.name, place.most)

    def lock(self, session: Session, work: Opened) -> Place:
        """As its points are."""
        counting.lock_students(session, [work.number])
        return _as_of_now(session, work.place)

    def lock_to_change(self, session: Session, place: Place) -> Place:
        """Also those whose first answer is being read now."""
        counting.lock_course(session, place.course)
        # Nothing is taken from before the lock: points may have been given until then.
        session.flush()
        session.expire_all()
        return _as_of_now(session, place)

    def refuse_rubric(self, place: Place, rubric: Rubric) -> None:
        """Its best levels are what the question is worth."""
        if abs(rubric.most - place.most) > CLOSE:
            raise RubricError(
                f"The best levels add up to {rubric.most:g} points, but the question is worth "
                f"{place.most:g}."
            )

    def belongs_to(self, work: Opened) -> int:
        """Readers have students, whichever attempt counts."""
        return int(work.row.user_id)

    def readers_choice(self, found: Sequence[Work]) -> Sequence[Work]:
        """One answer for each student."""
        return one_each(each for each in found if isinstance(each, Answer))

    def standing(
        self, session: Session, work: Opened, *, rubric: Rubric, rows: Collection[Reading]
    ) -> Standing:
        """Points that staff gave by hand, such as for a regrade request."""
        question = work.place.question
        return answer_points.standing(session, work.row, question, rubric=rubric, rows=rows)

    def count(
        self,
        session: Session,
        work: Opened,
        *,
        rubric: Rubric,
        rows: Sequence[Reading],
        standing: Standing,
        grader_id: int,
    ) -> None:
        """The mean counts in the submission, and no more than the question is worth there."""
        mean = answer_points.mean_of(rubric, [row.selections for row in rows])
        said = (standing.beside, answer_points.comments_in(rows))
        set_manual_grade(
            session,
            work.row,
            question=work.place.question,
            points=min(mean or 0.0, standing.most),
            comment="\n\n".join(filter(None, said)),
            grader_id=grader_id,
        )

    def recount(
        self,
        session: Session,
        place: Place,
        rows: Sequence[Reading],
        *,
        before: Rubric,
        after: Rubric,
    ) -> int:
        """Points by hand stay; what is incomplete by the new rubric waits for staff again."""
        item, question = _item(place), place.question
        return answer_points.recount(session, item, question, rows=rows, before=before, after=after)

    def subject(self, number: int) -> str:
        """The log calls it by its submission."""
        return f"submission {number}"

    def told(self, work: Opened, kept: Kept) -> dict[str, Any]:
        """Its points, and what becomes of those by hand."""
        return {
            "question": work.place.question,
            "points": kept.rubric.points(kept.reading.selections),
            "stays_by_hand": kept.by_hand,
            "instead_of_by_hand": kept.instead_of,
        }


ANSWER = Answers()


def question_in(session: Session, enrolment: Enrolment, name: str, question: str) -> Place:
    """A written question that somebody answered; raises Missing."""
    item = assignment_called(session, enrolment.course_id, name)
    most = worth(session, item, question)
    if most is None:
        raise Missing
    return Place(enrolment.course, item, question, most)


def _item(place: Place) -> CourseAssignment:
    if place.item is None:
        raise ValueError("answers are read question by question, not in a course")
    return place.item


def _as_of_now(session: Session, place: Place) -> Place:
    return replace(place, most=worth(session, _item(place), place.question) or 0.0)


def questions_of(session: Session, course: Course) -> list[WrittenQuestion]:
    """Every written question of what a course sets that somebody answered: two statements."""
    attempts = attempts_to_read(course.id)
    rows = session.execute(
        sa.select(
            attempts.c.course_assignment_id,
            QuestionScore.question,
            sa.func.max(QuestionScore.max_score).label("most"),
            sa.func.count().label("answers"),
            sa.func.count(ManualGrade.id).label("given"),
        )
        .join_from(*_results_of(attempts))
        .outerjoin(ManualGrade, _grade_of(attempts))
        .where(QuestionScore.kind == MANUAL)
        .group_by(attempts.c.course_assignment_id, QuestionScore.question)
        .order_by(QuestionScore.question)
    ).all()
    return [
        WrittenQuestion(item, row.question, row.most, row.answers, row.answers - row.given)
        for item in assignments_of(session, course)
        for row in rows
        if row.course_assignment_id == item.id
    ]


def worth(session: Session, item: CourseAssignment, question: str) -> float | None:
    """What a written question is worth; None where no result has it."""
    asked = questions_of_item(item, question, QuestionScore.kind == MANUAL).subquery()
    return session.scalar(sa.select(sa.func.max(asked.c.most)))


def one_each(found: Iterable[Answer]) -> list[Answer]:
    """One answer for each student, with the readings of all of theirs: readers have students."""
    mine: dict[int, Answer] = {}
    for each in found:
        first = mine.get(each.user_id)
        mine[each.user_id] = replace(first, scores=first.scores + each.scores) if first else each
    return list(mine.values())


def _results_of(attempts: sa.Subquery) -> tuple[Any, Any, Any]:
    """What joins the attempts that are read to the questions of their current results."""
    results = sa.join(QuestionScore, Result, QuestionScore.result_id == Result.id)
    mine = sa.and_(Result.submission_id == attempts.c.id, Result.current.is_(True))
    return attempts, results, mine


def _grade_of(attempts: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(
        ManualGrade.submission_id == attempts.c.id, ManualGrade.question == QuestionScore.question
    )
