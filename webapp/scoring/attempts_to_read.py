"""Whose written answers staff read: those of attempts that count, and of some that may count yet.

Where the best attempt counts, another may come to count through answers that nobody has read. It
may be worth its score so far and all that its open questions give, after the rules for late work.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.base.numbers import CLOSE
from webapp.models import (
    CountingRule,
    Course,
    CourseAssignment,
    ManualGrade,
    QuestionScore,
    Reader,
    Reading,
    Result,
    ScoreOverride,
    Submission,
    SubmissionState,
)

_WHOLE = ""


def attempts_to_read(course_id: int, *among: sa.ColumnElement[bool]) -> sa.Subquery:
    """For each student and assignment the attempt that counts, and the newest that may come to.

    While the one that counts waits itself, no older one is read. `among` says which assignments
    are wanted.
    """
    hopeful = _hopeful(course_id, *among)
    newest = sa.select(hopeful.c.id).where(hopeful.c.place == 1)
    return (
        sa.select(
            Submission.id,
            Submission.user_id,
            Submission.course_assignment_id,
            Submission.attempt,
            Submission.counts,
        )
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(
            CourseAssignment.course_id == course_id,
            sa.or_(Submission.counts, Submission.id.in_(newest)),
            *among,
        )
        .subquery()
    )


def _hopeful(course_id: int, *among: sa.ColumnElement[bool]) -> sa.Subquery:
    """The attempts that may be worth more than what counts; a student's newest has place 1."""
    counting = aliased(Submission)
    place = sa.func.row_number().over(
        partition_by=(Submission.course_assignment_id, Submission.user_id),
        order_by=Submission.attempt.desc(),
    )
    same = sa.and_(
        counting.course_assignment_id == Submission.course_assignment_id,
        counting.user_id == Submission.user_id,
        counting.counts,
    )
    fixed = sa.exists().where(
        ScoreOverride.submission_id == Submission.id, ScoreOverride.question == _WHOLE
    )
    read = sa.exists().where(Reading.submission_id == Submission.id)
    return (
        sa.select(Submission.id, place.label("place"))
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .join(Course, CourseAssignment.course_id == Course.id)
        .join(counting, same)
        .where(
            Course.id == course_id,
            CourseAssignment.counting == CountingRule.BEST,
            Submission.state == SubmissionState.GRADED,
            ~Submission.counts,
            sa.or_(Submission.attempt > counting.attempt, counting.ungraded == 0),
            sa.or_(Submission.ungraded > 0, read),
            ~fixed,
            (Submission.score + _open_points()) * _kept() > counting.counted + CLOSE,
            *among,
        )
        .subquery()
    )


def _kept() -> sa.ColumnElement[float]:
    """The share of its points that an attempt keeps, or may keep.

    Late days are not spent on an attempt without points, so what they would save is not known yet.
    """
    # As `LatePolicy.is_cut_off`: what came within the second is in it.
    came, last = (
        sa.extract("epoch", moment)
        for moment in (Submission.received_at, CourseAssignment.cut_off_at)
    )
    cut_off = came >= last + 1
    unsure = sa.and_(
        Submission.score == 0, Submission.late, Course.late_days > 0, cut_off.is_not(True)
    )
    return sa.case((unsure, 1.0), else_=Submission.kept)


def _open_points() -> sa.ScalarSelect[float]:
    """What the open questions of an attempt may still give; nothing is null.

    Open is what nobody gave points, and what was read while another of its readers has yet to.
    """
    given = sa.and_(
        ManualGrade.submission_id == Result.submission_id,
        ManualGrade.question == QuestionScore.question,
    )
    more = QuestionScore.max_score - sa.func.coalesce(ManualGrade.points, 0.0)
    return (
        sa.select(sa.func.sum(more))
        .select_from(Result)
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .outerjoin(ManualGrade, given)
        .where(
            Result.submission_id == Submission.id,
            Result.current.is_(True),
            QuestionScore.kind == "manual",
            sa.or_(ManualGrade.id.is_(None), _half_read()),
        )
        .correlate(Submission)
        .scalar_subquery()
    )


def _half_read() -> sa.ColumnElement[bool]:
    """Whether an answer has a reading, and a reader who has yet to read it."""
    read = sa.exists().where(
        Reading.submission_id == Submission.id,
        Reading.question == QuestionScore.question,
    )
    done = read.where(Reading.grader_id == Reader.grader_id)
    waits = sa.exists().where(
        Reader.course_assignment_id == Submission.course_assignment_id,
        Reader.question == QuestionScore.question,
        Reader.user_id == Submission.user_id,
        ~done.correlate(Submission, QuestionScore, Reader),
    )
    outside = (Submission, QuestionScore)
    return sa.and_(read.correlate(*outside), waits.correlate(*outside))
