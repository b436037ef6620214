"""Bringing home what staff graded in nbgrader: points and comments of written answers.

Looked at first, then taken in. Only written answers change: the automatic questions of a course are
decided by its checks, so where nbgrader says otherwise it is told and not taken.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.nbgrader.gradebook import GradebookError, student_id
from autograder.nbgrader.gradebook_reading import GradebookGrade, read_gradebook
from webapp.base.comments import LONGEST_COMMENT
from webapp.base.numbers import CLOSE
from webapp.gradebook.counting_attempts import counting_attempts
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    ManualGrade,
    QuestionScore,
    Result,
    Role,
    User,
)


@dataclass(frozen=True)
class GradeChange:
    """Points or a comment of a written answer that nbgrader has and the course has not."""

    submission_id: int
    name: str
    assignment: str
    question: str
    old: float | None
    new: float
    comment: str


@dataclass
class Comparison:
    """A gradebook beside the course: what is the same, what changes, what cannot be taken."""

    same: int = 0
    changes: list[GradeChange] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    submission_id: int
    name: str
    kind: str
    most: float
    score: float | None
    comment: str


def grades_in(data: bytes) -> list[GradebookGrade]:
    """What an uploaded gradebook holds; raises GradebookError."""
    with tempfile.TemporaryDirectory(prefix="heldout-gradebook-") as folder:
        path = Path(folder) / "gradebook.db"
        path.write_bytes(data)
        try:
            return read_gradebook(path)
        except GradebookError as error:
            # It names the file by its place here, which is nobody's business.
            said = str(error).replace(str(path), "The file").rstrip(".")
            raise GradebookError(f"{said}.") from None


def compare(session: Session, course: Course, grades: Sequence[GradebookGrade]) -> Comparison:
    """What taking the gradebook in would do; changes nothing."""
    known = _known(session, course)
    people = _people(session, course)
    found = Comparison()
    strangers: set[str] = set()
    for grade in grades:
        user_id = people.get(grade.student) or people.get(student_id(grade.email))
        if user_id is None:
            strangers.add(grade.student)
            continue
        entry = known.get((user_id, grade.assignment, grade.question))
        if entry is None and not (grade.manual_score or grade.auto_score):
            # The export gives nought to who has no result, and what staff gave beside it.
            found.same += 1
        elif entry is None:
            found.problems.append(
                f"{grade.student} has no graded {grade.question} of {grade.assignment}."
            )
        else:
            _compare_one(found, entry, grade)
    found.problems += [f"{name} is no student of this course." for name in sorted(strangers)]
    return found


def _compare_one(found: Comparison, entry: _Known, grade: GradebookGrade) -> None:
    where = f"{grade.question} of {grade.assignment} by {entry.name}"
    given = grade.manual_score
    if given is None and entry.kind != "manual":
        given = grade.auto_score
    same_comment = grade.comment in ("", entry.comment)
    if given is None or (_equal(given, entry.score) and same_comment):
        found.same += 1
    elif entry.kind != "manual":
        found.problems.append(
            f"{where} has {given:g} points in nbgrader, but its checks gave {entry.score or 0:g}."
        )
    elif not 0 <= given <= entry.most:
        found.problems.append(f"{where} has {given:g} points, expected 0 to {entry.most:g}.")
    elif len(grade.comment) > LONGEST_COMMENT:
        found.problems.append(f"{where} has a comment of {len(grade.comment)} characters.")
    else:
        found.changes.append(
            GradeChange(
                entry.submission_id,
                entry.name,
                grade.assignment,
                grade.question,
                old=entry.score,
                new=given,
                comment=grade.comment or entry.comment,
            )
        )


def _equal(first: float, second: float | None) -> bool:
    return second is not None and abs(first - second) < CLOSE


def _people(session: Session, course: Course) -> dict[str, int]:
    """Students by what nbgrader may call them: the email, or what stands before its @."""
    rows = session.execute(
        sa.select(User.id, User.email)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT)
    ).all()
    short = [student_id(row.email.partition("@")[0]) for row in rows]
    once = {name for name, count in Counter(short).items() if count == 1}
    found = {name: row.id for name, row in zip(short, rows, strict=True) if name in once}
    return found | {student_id(row.email): row.id for row in rows}


def _known(session: Session, course: Course) -> dict[tuple[int, str, str], _Known]:
    """Every question of the attempts that count."""
    counting = counting_attempts(course.id)
    rows = session.execute(
        sa.select(
            counting.c.id,
            counting.c.user_id,
            User.name,
            CourseAssignment.assignment,
            QuestionScore.question,
            QuestionScore.kind,
            QuestionScore.score,
            QuestionScore.max_score,
            ManualGrade.points,
            ManualGrade.comment,
        )
        .join(Result, sa.and_(Result.submission_id == counting.c.id, Result.current.is_(True)))
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .join(CourseAssignment, CourseAssignment.id == counting.c.course_assignment_id)
        .join(User, User.id == counting.c.user_id)
        .outerjoin(
            ManualGrade,
            sa.and_(
                ManualGrade.submission_id == counting.c.id,
                ManualGrade.question == QuestionScore.question,
            ),
        )
    )
    return dict(_entries(rows))


def _entries(rows: sa.Result) -> Iterator[tuple[tuple[int, str, str], _Known]]:
    for row in rows:
        score = row.points if row.kind == "manual" else row.score
        yield (
            (row.user_id, row.assignment, row.question),
            _Known(row.id, row.name, row.kind, row.max_score, score, row.comment or ""),
        )
