"""Reading what staff bring in for many students, and whose is whose.

The grader's own intake reads the archive, within its limits; nothing here writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.submitted.intake import IntakeError, Source, find_sources
from autograder.submitted.intake import Submission as Handed
from autograder.submitted.notebook import Notebook
from webapp.base.typed_times import NoMoment
from webapp.imports.kinds import recognised
from webapp.imports.kinds.hand_in import HandIn
from webapp.imports.times import stamped
from webapp.imports.whose import NotOne, Roster, Student
from webapp.models import CourseAssignment, Enrolment, Role, User
from webapp.site.uploads import FileRefused

MOST_FILES = 5000
MOST_UNPACKED_BYTES = 1024**3
_MARKED_LATE = (
    "It is marked as late where it was handed in, and the time chosen here is not: take in the "
    "others, then import the archive again as of a later time."
)
_TWICE = "Another file of this import is the same student's."


class ImportRefused(Exception):
    """Nothing can be imported from what was given: one sentence."""


@dataclass(frozen=True)
class Found:
    """One file: whose it is and what it holds, or in `error` why it cannot be taken in.

    It counts as handed in at `received_at`, or else when it is taken in.
    The bytes are read again when it is kept: those of a whole class would not fit into memory.
    """

    source: Source
    user_id: int | None = None
    sha256: str = ""
    digest: str = ""
    error: str = ""
    received_at: datetime | None = None


def gather(
    session: Session,
    assignment: CourseAssignment,
    paths: Iterable[Path],
    parse: Callable[[bytes], Notebook],
    *,
    received_at: datetime | None = None,
) -> list[Found]:
    """Read what was given and match it to students; writes nothing, however long it takes.

    What comes without a time of its own counts as handed in at `received_at`, or when it is taken.
    """
    try:
        sources = find_sources(list(paths), assignment.assignment, recognised)
    except IntakeError as error:
        raise ImportRefused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if len(sources) > MOST_FILES:
        raise ImportRefused(f"There are {len(sources)} files, at most {MOST_FILES} are taken.")
    roster, total, seen = _roster(session, assignment), 0, set[int]()
    found = []
    for source in sources:
        submission = source.read()
        total += len(submission.data or b"")
        if total > MOST_UNPACKED_BYTES:
            raise ImportRefused("The notebooks have more than 1 GB together: import them in parts.")
        item = Found(source, received_at=received_at)
        item = _matched(item, submission, roster, assignment.assignment)
        if not item.error:
            item = _timed(item, submission.stamp, assignment)
        if not item.error:
            item = _parsed(item, submission.data or b"", parse)
        if item.user_id in seen and not item.error:
            item = replace(item, error=_TWICE)
        elif item.user_id is not None and not item.error:
            seen.add(item.user_id)
        found.append(item)
    return found


def _matched(item: Found, submission: Handed, roster: Roster, assignment_id: str) -> Found:
    """Whose it is, if it is one student's."""
    if submission.data is None:
        return replace(item, error=submission.error)
    hand_in = item.source.origin
    try:
        if isinstance(hand_in, HandIn):
            return replace(item, user_id=roster.owner_of_hand_in(hand_in))
        return replace(item, user_id=roster.owner_of_name(submission.name, assignment_id))
    except NotOne as error:
        return replace(item, error=str(error))


def _timed(item: Found, stamp: str, assignment: CourseAssignment) -> Found:
    """As of when it was handed in, where that is said: by a timestamp.txt or another system."""
    hand_in, zone = item.source.origin, assignment.course.time_zone
    try:
        if isinstance(hand_in, HandIn) and hand_in.stamp:
            moment = stamped(hand_in.stamp, zone, what="The archive says", otherwise=zone)
            return replace(item, received_at=moment)
        if stamp:
            return replace(item, received_at=stamped(stamp, zone))
    except NoMoment as error:
        return replace(item, error=str(error))
    in_time = item.received_at and assignment.due_at and item.received_at <= assignment.due_at
    if isinstance(hand_in, HandIn) and hand_in.late and in_time:
        return replace(item, error=_MARKED_LATE)
    return item


def _parsed(item: Found, data: bytes, parse: Callable[[bytes], Notebook]) -> Found:
    try:
        digest = parse(data).digest
    except FileRefused as error:
        return replace(item, error=str(error))
    return replace(item, digest=digest, sha256=hashlib.sha256(data).hexdigest())


def _roster(session: Session, assignment: CourseAssignment) -> Roster:
    rows = session.execute(
        sa.select(User.id, User.email, User.name, Enrolment.student_number)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == assignment.course_id, Enrolment.role == Role.STUDENT)
    )
    return Roster(Student(*row) for row in rows)
