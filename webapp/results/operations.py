"""Points that staff give by hand to a written answer."""

from __future__ import annotations

import math

import sqlalchemy as sa
from flask import abort

from webapp.audit.record import record
from webapp.base.database import db
from webapp.models import Enrolment, QuestionScore, Result, Submission
from webapp.scoring import points_by_hand

_LONGEST_COMMENT = 5000


class GradeRefused(ValueError):
    """Points or a comment that cannot be kept: one sentence."""


def give_points(
    enrolment: Enrolment,
    submission: Submission,
    question: str,
    given: str,
    *,
    comment: str,
) -> str:
    """Give a written answer's points by hand, with a line in the log: `3 of 4`.

    Raises GradeRefused.
    """
    most, points = _points_of(submission, question), _number(given)
    sentence = _why_refused(given, points, most=most, comment=comment)
    if sentence:
        raise GradeRefused(sentence)
    points_by_hand.set_manual_grade(
        db.session,
        submission,
        question=question,
        points=points,
        comment=comment,
        grader_id=enrolment.user_id,
    )
    record(
        db.session,
        enrolment,
        "grade written answer",
        subject=f"submission {submission.id}",
        question=question,
        points=points,
    )
    db.session.commit()
    return f"{points:g} of {most:g}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _why_refused(given: str, points: float, *, most: float, comment: str) -> str:
    if not 0 <= points <= most:
        return f"The points are {given!r}, expected a number from 0 to {most:g}."
    if len(comment) > _LONGEST_COMMENT:
        return f"The comment has {len(comment)} characters, expected at most {_LONGEST_COMMENT}."
    return ""


def _points_of(submission: Submission, question: str) -> float:
    """What a manual question of the current result is worth."""
    most = db.session.scalar(
        sa.select(QuestionScore.max_score)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.question == question,
            QuestionScore.kind == "manual",
        )
    )
    return most if most is not None else abort(404)
