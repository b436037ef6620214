"""A course as an nbgrader gradebook: every attempt that counts, question by question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import Assignment, Limits, Question
from autograder.nbgrader.gradebook import write_gradebook
from autograder.results import GradeResult, QuestionResult, Status, Verdict
from webapp.courses.assignments import assignments_of
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


def export_course(session: Session, course: Course, path: Path) -> int:
    """Write the course's counting attempts to a gradebook; returns how many there were.

    A student's id there is the email. What the course counts beyond the questions' points, such as
    a late penalty or an override, is nbgrader's late penalty or extra credit, so that both say the
    same score; so is what staff gave for a notebook that has no result. Raises GradebookError.
    """
    results = _results(session, course)
    counted = _counted_scores(session, course)
    exported = 0
    for item in assignments_of(session, course):
        shown = results.get(item.id, [])
        described = _described(item, shown)
        scores = counted.get(item.id, {})
        shown += _ungraded(described, scores.keys() - {result.submission for result in shown})
        adjustments = {
            result.submission: scores[result.submission] - (result.score or 0.0)
            for result in shown
            if result.submission in scores
        }
        write_gradebook(path, described, shown, adjustments=adjustments)
        exported += len(shown)
    return exported


def _counted_scores(session: Session, course: Course) -> dict[int, dict[str, float]]:
    """What each student's counting attempt is worth, by assignment and email."""
    counting = counting_attempts(course.id, how_many=False)
    rows = session.execute(
        sa.select(counting.c.course_assignment_id, User.email, counting.c.score)
        .join(User, User.id == counting.c.user_id)
        .join(Enrolment, sa.and_(Enrolment.user_id == User.id, Enrolment.course_id == course.id))
        .where(counting.c.score.is_not(None), Enrolment.role == Role.STUDENT)
    )
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for number, email, score in rows:
        found[number][email] = score
    return found


def _ungraded(assignment: Assignment, students: Iterable[str]) -> list[GradeResult]:
    """Nought for every question of those whose notebook has no result."""
    asked = tuple(
        QuestionResult(one.name, one.kind, 0.0, one.points, Verdict.MISSING)
        for one in assignment.questions
    )
    most = sum(one.max_score for one in asked)
    return [
        GradeResult(name, assignment.id, Status.GRADED, 0.0, most, questions=asked)
        for name in sorted(students)
        if asked
    ]


def _results(session: Session, course: Course) -> dict[int, list[GradeResult]]:
    """The results that count, by assignment."""
    questions: dict[tuple[int, int], list[QuestionResult]] = defaultdict(list)
    named: dict[tuple[int, int], tuple[str, str]] = {}
    for row in _question_rows(session, course):
        key = (row.course_assignment_id, row.user_id)
        named[key] = (row.email, row.assignment)
        score = row.points if row.kind == "manual" else row.score
        questions[key].append(
            QuestionResult(row.question, row.kind, score, row.max_score, Verdict(row.verdict))
        )
    found: dict[int, list[GradeResult]] = defaultdict(list)
    for (number, user_id), (email, assignment) in named.items():
        asked = tuple(questions[number, user_id])
        total = sum(question.score or 0.0 for question in asked)
        most = sum(question.max_score for question in asked)
        found[number].append(
            GradeResult(email, assignment, Status.GRADED, total, most, questions=asked)
        )
    return found


def _question_rows(session: Session, course: Course) -> sa.Result[Any]:
    """Every question of the results that count, with what staff gave by hand."""
    counting = counting_attempts(course.id, how_many=False)
    return session.execute(
        sa.select(
            counting.c.course_assignment_id,
            counting.c.user_id,
            User.email,
            CourseAssignment.assignment,
            QuestionScore.question,
            QuestionScore.kind,
            QuestionScore.score,
            QuestionScore.max_score,
            QuestionScore.verdict,
            ManualGrade.points,
        )
        .join(Result, sa.and_(Result.submission_id == counting.c.id, Result.current.is_(True)))
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .join(CourseAssignment, CourseAssignment.id == counting.c.course_assignment_id)
        .join(User, User.id == counting.c.user_id)
        .join(Enrolment, sa.and_(Enrolment.user_id == User.id, Enrolment.course_id == course.id))
        .outerjoin(
            ManualGrade,
            sa.and_(
                ManualGrade.submission_id == counting.c.id,
                ManualGrade.question == QuestionScore.question,
            ),
        )
        .where(
            Result.status == str(Status.GRADED),
            Enrolment.role == Role.STUDENT,
        )
        .order_by(counting.c.course_assignment_id, User.email, QuestionScore.position)
    )


def _described(item: CourseAssignment, results: list[GradeResult]) -> Assignment:
    """The assignment as it was graded, which the folder may no longer hold."""
    questions: dict[str, Question] = {}
    for result in results:
        for asked in result.questions:
            questions[asked.name] = Question(asked.name, asked.max_score, asked.kind)
    return Assignment(
        item.assignment, item.title, Path(), (), Limits(), questions=tuple(questions.values())
    )
