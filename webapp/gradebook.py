"""Tables over a whole class, in a fixed number of statements however many students there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

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


@dataclass(frozen=True)
class Cell:
    """The attempt that counts for one student and assignment."""

    submission_id: int
    score: float | None
    ungraded: int
    attempts: int
    state: SubmissionState
    received_at: datetime
    late: bool


def cell_of(row: sa.Row[Any]) -> Cell:
    """A row of `counting_attempts` as tables show it."""
    return Cell(row.id, row.score, row.ungraded, row.attempts, row.state, row.received_at, row.late)


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

    @property
    def total(self) -> float:
        """The sum of the scores so far."""
        return sum(cell.score or 0.0 for cell in self.cells.values())


def assignments_of(session: Session, course: Course) -> list[CourseAssignment]:
    """The course's assignments in order."""
    return list(
        session.scalars(
            sa.select(CourseAssignment)
            .where(CourseAssignment.course_id == course.id)
            .order_by(CourseAssignment.position)
        )
    )


def score_table(session: Session, course: Course, search: str = "") -> list[Row]:
    """Every student of the course, or those whose name, email or section has the text."""
    statement = (
        sa.select(User.id, User.name, User.email, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
        .order_by(User.name, User.id)
    )
    if search:
        statement = statement.where(
            sa.or_(
                User.name.icontains(search, autoescape=True),
                User.email.icontains(search, autoescape=True),
                Enrolment.section == search,
            )
        )
    rows = {r.id: Row(r.id, r.name, r.email, r.section) for r in session.execute(statement)}
    for user_id, assignment_id, cell in _cells(session, course):
        if user_id in rows:
            rows[user_id].cells[assignment_id] = cell
    return list(rows.values())


def counting_attempts(
    course_id: int, *among: sa.ColumnElement[bool], how_many: bool = True
) -> sa.Subquery:
    """The attempts that count, one for each student and assignment, with what they are worth.

    `among` says which students or assignments are wanted. Without `how_many` there is no column of
    how many attempts there were, which is looked up for each.
    """
    beside = aliased(Submission)
    how_often = (
        sa.select(sa.func.max(beside.attempt))
        .where(
            beside.course_assignment_id == Submission.course_assignment_id,
            beside.user_id == Submission.user_id,
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            Submission.id,
            Submission.user_id,
            Submission.course_assignment_id,
            Submission.ungraded,
            Submission.state,
            Submission.received_at,
            Submission.counted.label("score"),
            Submission.late,
            *([how_often.label("attempts")] if how_many else []),
        )
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(CourseAssignment.course_id == course_id, Submission.counts, *among)
        .subquery()
    )


def _cells(session: Session, course: Course) -> Iterable[tuple[int, int, Cell]]:
    counting = counting_attempts(course.id)
    for row in session.execute(sa.select(counting)):
        yield (
            row.user_id,
            row.course_assignment_id,
            cell_of(row),
        )


def sort_rows(rows: list[Row], by: str, *, descending: bool) -> list[Row]:
    """By `name`, `email`, `section`, `total`, or an assignment's number; missing scores last."""
    if by in ("name", "email", "section"):
        return sorted(rows, key=lambda r: getattr(r, by).casefold(), reverse=descending)

    def score(row: Row) -> tuple[bool, float]:
        cell = row.cells.get(int(by)) if by.isdecimal() else None
        value = row.total if by == "total" else (cell.score if cell else None)
        return value is None, -(value or 0.0) if descending else (value or 0.0)

    return sorted(rows, key=score)


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
    counting = counting_attempts(course.id, Submission.course_assignment_id == assignment.id)
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


def latest_submissions(session: Session, assignment: CourseAssignment) -> list[dict[str, Any]]:
    """Every student's newest attempt at an assignment, those waiting for staff first."""
    newest = (
        sa.select(Submission.user_id, sa.func.max(Submission.attempt).label("attempt"))
        .where(Submission.course_assignment_id == assignment.id)
        .group_by(Submission.user_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Submission.id,
            Submission.attempt,
            Submission.received_at,
            Submission.state,
            Submission.ungraded,
            Submission.score.label("score"),
            User.id.label("user_id"),
            User.name,
        )
        .join(
            newest,
            sa.and_(newest.c.user_id == Submission.user_id, newest.c.attempt == Submission.attempt),
        )
        .join(User, User.id == Submission.user_id)
        .where(Submission.course_assignment_id == assignment.id)
        .order_by((Submission.ungraded == 0), User.name)
    )
    return [dict(row._mapping) for row in rows]
