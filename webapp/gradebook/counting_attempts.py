"""Tables over a whole class, in a fixed number of statements however many students there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.courses.assignments import set_in
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    QuestionScore,
    Result,
    Role,
    Submission,
    SubmissionState,
    User,
)


class Cell(NamedTuple):
    """The attempt that counts for one student and assignment; a large class has thousands."""

    submission_id: int
    score: float | None
    ungraded: int
    attempts: int
    state: SubmissionState
    received_at: datetime
    late: bool


@dataclass(frozen=True)
class Row:
    """One student of the score table."""

    user_id: int
    name: str
    email: str
    section: str
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def scores(self) -> dict[int, float | None]:
        """The scores that count, by the assignment's number."""
        return {number: cell.score for number, cell in self.cells.items()}


def total_of(assignments: Iterable[CourseAssignment], scores: Mapping[int, float | None]) -> float:
    """The course's total of someone's scores, by the assignments' numbers."""
    return sum(item.weighed(scores.get(item.id)) for item in assignments)


def score_table(session: Session, course: Course) -> list[Row]:
    """Every student of the course, with the attempts that count."""
    statement = (
        sa.select(User.id, User.name, User.email, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
        .order_by(User.name, User.id)
    )
    rows = {r.id: Row(r.id, r.name, r.email, r.section) for r in session.execute(statement)}
    fill_in(session, rows, counting_attempts(course.id))
    return list(rows.values())


def fill_in(session: Session, rows: Mapping[int, Row], counting: sa.Subquery) -> None:
    """Give the rows, by their students' numbers, their cells out of `counting_attempts`."""
    of = counting.c
    cell = (of.id, of.score, of.ungraded, of.attempts, of.state, of.received_at, of.late)
    found = sa.select(of.user_id, of.course_assignment_id, *cell)
    for user_id, assignment_id, *values in session.execute(found):
        if user_id in rows:
            rows[user_id].cells[assignment_id] = Cell._make(values)


def counting_attempts(
    course_id: int,
    *among: sa.ColumnElement[bool],
    at: CourseAssignment | None = None,
    how_many: bool = True,
) -> sa.Subquery:
    """The attempts that count, one for each student and assignment, with what they are worth.

    `score` is in the assignment's points, `weighed` in those of the course's total. `among` says
    which students are wanted; retired assignments only `at` one itself. Without `how_many` there is
    no column of how many attempts there were, which is looked up for each.
    """
    return (
        sa.select(
            Submission.id,
            Submission.user_id,
            Submission.course_assignment_id,
            Submission.ungraded,
            Submission.state,
            Submission.received_at,
            Submission.counted.label("score"),
            _weighed().label("weighed"),
            Submission.late,
            *([_how_often().label("attempts")] if how_many else []),
        )
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(
            set_in(course_id) if at is None else CourseAssignment.id == at.id,
            Submission.counts,
            *among,
        )
        .subquery()
    )


def _how_often() -> sa.ScalarSelect[int | None]:
    """How many attempts the student of one made at its assignment."""
    beside = aliased(Submission)
    return (
        sa.select(sa.func.max(beside.attempt))
        .where(
            beside.course_assignment_id == Submission.course_assignment_id,
            beside.user_id == Submission.user_id,
        )
        .scalar_subquery()
    )


def _weighed() -> sa.ColumnElement[float | None]:
    """`CourseAssignment.weighed` for the database."""
    score, whole = Submission.counted, CourseAssignment.points_in_total
    return sa.case(
        (whole.is_(None), score),
        (CourseAssignment.points > 0, score * whole / CourseAssignment.points),
        else_=0.0,
    )


@dataclass(frozen=True)
class QuestionRate:
    """How a class did on one question, over the attempts that count."""

    question: str
    kind: str
    max_score: float
    graded: int
    full: int
    mean: float | None

    @property
    def share(self) -> float:
        """Mean points as a share of the points."""
        return (self.mean or 0.0) / self.max_score if self.max_score else 0.0


def question_rates(
    session: Session, course: Course, assignment: CourseAssignment
) -> list[QuestionRate]:
    """Per automatic question: mean points and how many have them all."""
    counting = counting_attempts(course.id, at=assignment)
    full = sa.case((QuestionScore.score >= QuestionScore.max_score, 1), else_=0)
    rows = session.execute(
        sa.select(
            QuestionScore.question,
            QuestionScore.kind,
            sa.func.max(QuestionScore.max_score),
            sa.func.count(QuestionScore.score),
            sa.func.sum(full),
            sa.func.avg(QuestionScore.score),
        )
        .join(Result, QuestionScore.result_id == Result.id)
        .join(counting, Result.submission_id == counting.c.id)
        .where(
            counting.c.course_assignment_id == assignment.id,
            Result.current.is_(True),
            QuestionScore.kind == "auto",
        )
        .group_by(QuestionScore.question, QuestionScore.kind)
        .order_by(sa.func.min(QuestionScore.position))
    )
    return [QuestionRate(*row) for row in rows]
