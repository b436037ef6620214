"""Reading what staff bring in for many students, and whose is whose.

The grader's own intake reads the archive, within its limits; nothing here writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.submitted.intake import IntakeError, Source, find_sources
from autograder.submitted.intake import Submission as Handed
from webapp.base.typed_times import NoMoment
from webapp.grading.library import ParsedNotebook
from webapp.imports.times import stamped
from webapp.models import CourseAssignment, Enrolment, Role, User
from webapp.site.uploads import FileRefused

MOST_FILES = 5000
MOST_UNPACKED_BYTES = 1024**3
_UNKNOWN = "Nobody enrolled as a student has this name, e-mail address or number."
_AMBIGUOUS = "Several students have this name: name the file by e-mail address."
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
    parse: Callable[[bytes], ParsedNotebook],
    *,
    received_at: datetime | None = None,
) -> list[Found]:
    """Read what was given and match it to students; writes nothing, however long it takes.

    What has no timestamp.txt of its own counts as handed in at `received_at`, or when it is taken.
    """
    try:
        sources = find_sources(list(paths), assignment.assignment)
    except IntakeError as error:
        raise ImportRefused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if len(sources) > MOST_FILES:
        raise ImportRefused(f"There are {len(sources)} files, at most {MOST_FILES} are taken.")
    people, total, seen = _people(session, assignment), 0, set[int]()
    found = []
    for source in sources:
        submission = source.read()
        total += len(submission.data or b"")
        if total > MOST_UNPACKED_BYTES:
            raise ImportRefused("The notebooks have more than 1 GB together: import them in parts.")
        item = Found(source, received_at=received_at)
        item = _matched(item, submission, people, assignment.assignment)
        if submission.stamp and not item.error:
            item = _timed(item, submission.stamp, assignment.course.time_zone)
        if not item.error:
            item = _parsed(item, submission.data or b"", parse)
        if item.user_id in seen and not item.error:
            item = replace(item, error=_TWICE)
        elif item.user_id is not None and not item.error:
            seen.add(item.user_id)
        found.append(item)
    return found


def _matched(
    item: Found, submission: Handed, people: dict[str, set[int]], assignment_id: str
) -> Found:
    """Whose it is, if it is one student's."""
    if submission.data is None:
        return replace(item, error=submission.error)
    owners = _owners(submission.name, people, assignment_id)
    if len(owners) != 1:
        return replace(item, error=_AMBIGUOUS if owners else _UNKNOWN)
    return replace(item, user_id=next(iter(owners)))


def _timed(item: Found, stamp: str, zone: str) -> Found:
    try:
        return replace(item, received_at=stamped(stamp, zone))
    except NoMoment as error:
        return replace(item, error=str(error))


def _parsed(item: Found, data: bytes, parse: Callable[[bytes], ParsedNotebook]) -> Found:
    try:
        digest = parse(data).digest
    except FileRefused as error:
        return replace(item, error=str(error))
    return replace(item, digest=digest, sha256=hashlib.sha256(data).hexdigest())


def _people(session: Session, assignment: CourseAssignment) -> dict[str, set[int]]:
    """The students of the course by everything that a file may be named after."""
    rows = session.execute(
        sa.select(User.id, User.email, User.name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == assignment.course_id, Enrolment.role == Role.STUDENT)
    )
    found: dict[str, set[int]] = {}
    for user_id, email, name in rows:
        words = name.split()
        backwards = " ".join([*words[-1:], *words[:-1]])
        for key in {email, email.partition("@")[0], name, backwards, str(user_id)}:
            found.setdefault(_plain(key), set()).add(user_id)
    return found


def _owners(name: str, people: dict[str, set[int]], assignment_id: str) -> set[int]:
    """Whose file it may be: by its whole name, or by what is left beside the assignment's."""
    beside = re.sub(re.escape(assignment_id), " ", name, flags=re.IGNORECASE)
    for key in (_plain(name), _plain(beside)):
        if owners := people.get(key):
            return owners
    return set()


def _plain(text: str) -> str:
    """Letters and digits in one case, so that `Ada_Lovelace` and `ada lovelace` are the same."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))
