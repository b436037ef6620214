"""Writing into submissions what the rules make of them: which attempt counts, and for how much.

Nothing else writes `counts`, `kept`, `late`, `days_late` and `late_days_used`, so that no page has
to work them out. Late days are one budget for the whole course: whoever has any is looked at over
all assignments, in the order of their due times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts, takes_the_one_lock
from webapp.models import (
    CountingRule,
    Course,
    CourseAssignment,
    Enrolment,
    Extension,
    ScoreOverride,
    Submission,
    User,
)
from webapp.scoring.late_policy import Attempt, LatePolicy, Weighed, weigh

_WHOLE = ""
_WRITTEN = ("counts", "kept", "late", "days_late", "late_days_used")

_Due = dict[tuple[int, int], datetime]


def policy_of(course: Course, item: CourseAssignment, extended_to: datetime | None) -> LatePolicy:
    """The rules of an assignment, for a student with or without an extension."""
    return LatePolicy(
        course.time_zone,
        item.due_at,
        timedelta(minutes=item.grace_minutes),
        item.late_penalty,
        item.cut_off_at,
    ).extended(extended_to)


def lock_students(session: Session, submission_ids: Collection[int]) -> None:
    """Let one change at a time say what counts for these students.

    Taken before any submission is locked, in the order of their numbers, so that two never wait for
    each other.
    """
    lock_people(session, _authors(session, submission_ids))


def lock_people(session: Session, users: Collection[int]) -> None:
    """The same for students themselves."""
    for part in in_parts(sorted(users)):
        _lock(session, sa.select(User.id).where(User.id.in_(part)))


def lock_course(session: Session, course: Course) -> None:
    """The same for all who have handed in something in the course or may do so now."""
    _lock(session, _everybody(course))


def _lock(session: Session, owners: sa.Select[int]) -> None:
    if takes_the_one_lock(session):
        return
    found = sa.select(User.id).where(User.id.in_(owners)).order_by(User.id)
    session.execute(found.with_for_update(key_share=True))


def recount_submission(session: Session, submission: Submission) -> None:
    """Bring what counts for the submission's student up to date; the caller commits."""
    recount(session, submission.course_assignment, [submission.user_id])
    session.refresh(submission, _WRITTEN)


def recount_among(session: Session, item: CourseAssignment, submissions: Collection[int]) -> None:
    """The same for everyone whose submission is among these, all of one assignment."""
    recount(session, item, _authors(session, submissions))


def _authors(session: Session, submissions: Collection[int]) -> set[int]:
    users: set[int] = set()
    for part in in_parts(list(submissions)):
        written = sa.select(Submission.user_id).where(Submission.id.in_(part))
        users.update(session.scalars(written.distinct()))
    return users


def recount(session: Session, item: CourseAssignment, users: Collection[int] | None = None) -> None:
    """Bring what counts at an assignment up to date for these students, or for all of them.

    Where the course has late days, its other assignments are looked at too.
    """
    recount_course(session, item.course, users, item)


def recount_course(
    session: Session,
    course: Course,
    users: Collection[int] | None = None,
    only: CourseAssignment | None = None,
) -> None:
    """Every assignment of the course, or `only` one where there are no late days.

    A fixed number of statements for any number of students. Nobody else changes what counts for
    them until the caller commits, and the rules are those that hold by then.
    """
    session.flush()
    if users is None:
        lock_course(session, course)
    else:
        lock_people(session, users)
    items = _rules(session, course, only)
    for part in [None] if users is None else in_parts(list(users)):
        _write(session, _judged(session, course, items, part))


def _everybody(course: Course) -> sa.Select[int]:
    enrolled = sa.select(Enrolment.user_id).where(Enrolment.course_id == course.id)
    authors = (
        sa.select(Submission.user_id)
        .join(Submission.course_assignment)
        .where(CourseAssignment.course_id == course.id)
    )
    return sa.select(User.id).where(sa.or_(User.id.in_(enrolled), User.id.in_(authors)))


def _rules(
    session: Session, course: Course, only: CourseAssignment | None
) -> list[CourseAssignment]:
    """The assignments by due time, read anew: the session may know older rules of theirs.

    Retired ones come last, so that they take late days from none that the course sets.
    """
    session.refresh(course, ["late_days", "time_zone"])
    statement = sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    if only is not None and not course.late_days:
        statement = statement.where(CourseAssignment.id == only.id)
    found = session.scalars(statement.execution_options(populate_existing=True)).all()
    # Without a due time nothing is late, so those may stand anywhere.
    dated = [item for item in found if item.due_at is not None]
    others = [item for item in found if item.due_at is None]
    by_due_time = [*sorted(dated, key=lambda item: (item.due_at, item.position)), *others]
    return sorted(by_due_time, key=lambda item: item.retired_at is not None)


def _judged(
    session: Session,
    course: Course,
    items: list[CourseAssignment],
    users: Collection[int] | None,
) -> Iterable[tuple[Any, Weighed]]:
    """Each submission's row with what the rules make of it."""
    rows = _rows(session, items, users)
    extended = _extensions(session, items, users)
    left: dict[int, int] = defaultdict(lambda: course.late_days)
    for item in items:
        for user_id, mine in rows[item.id].items():
            policy = policy_of(course, item, extended.get((item.id, user_id)))
            attempts = [
                Attempt(row.attempt, row.received_at, row.score, fixed=bool(row.fixed))
                for row in mine
            ]
            last = item.counting == CountingRule.LAST
            found = weigh(policy, attempts, last_counts=last, late_days=left[user_id])
            left[user_id] -= sum(one.worth.late_days_used for one in found if one.counts)
            yield from zip(mine, found, strict=True)


def _rows(
    session: Session, items: list[CourseAssignment], users: Collection[int] | None
) -> dict[int, dict[int, list[Any]]]:
    whole = sa.exists().where(
        ScoreOverride.submission_id == Submission.id, ScoreOverride.question == _WHOLE
    )
    statement = sa.select(
        Submission.id,
        Submission.course_assignment_id,
        Submission.user_id,
        Submission.attempt,
        Submission.received_at,
        Submission.score.label("score"),
        whole.label("fixed"),
        *(getattr(Submission, name) for name in _WRITTEN),
    ).where(Submission.course_assignment_id.in_([item.id for item in items]))
    if users is not None:
        statement = statement.where(Submission.user_id.in_(users))
    found: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(statement.order_by(Submission.id)):
        found[row.course_assignment_id][row.user_id].append(row)
    return found


def _extensions(
    session: Session, items: list[CourseAssignment], users: Collection[int] | None
) -> _Due:
    statement = sa.select(
        Extension.course_assignment_id, Extension.user_id, Extension.due_at
    ).where(Extension.course_assignment_id.in_([item.id for item in items]))
    if users is not None:
        statement = statement.where(Extension.user_id.in_(users))
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def _write(session: Session, judged: Iterable[tuple[Any, Weighed]]) -> None:
    """Only what differs; what no longer counts goes first, since only one may."""
    changed: list[dict[str, Any]] = []
    for row, one in judged:
        worth = one.worth
        values = (one.counts, worth.kept, worth.late, worth.days_late, worth.late_days_used)
        if values != tuple(getattr(row, name) for name in _WRITTEN):
            changed.append({"id": row.id, **dict(zip(_WRITTEN, values, strict=True))})
    changed.sort(key=lambda values: (values["counts"], values["id"]))
    if changed:
        session.execute(sa.update(Submission), changed)
