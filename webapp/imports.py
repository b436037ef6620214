"""Bringing in work for many students at once: matched and looked at first, then taken in.

What was read is kept in the database, so that taking it in can be broken off and goes on where it
stopped, on any machine. The grader's own intake reads the archive, within its limits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from autograder.intake import IntakeError, Source, find_sources
from webapp.clock import now
from webapp.intake import receive
from webapp.models import (
    BulkImport,
    Content,
    CourseAssignment,
    Enrolment,
    ImportItem,
    ImportState,
    Lane,
    PaperReview,
    Role,
    Slide,
    Submission,
    User,
)
from webapp.tools import FileRefused, ParsedNotebook
from webapp.uploads import Upload, safe_filename, store

MOST_FILES = 5000
MOST_UNPACKED_BYTES = 1024**3
_UNKNOWN = "Nobody enrolled as a student has this name, e-mail address or number."
_AMBIGUOUS = "Several students have this name: name the file by e-mail address."
_TWICE = "Another file of this import is the same student's."


class ImportRefused(Exception):
    """Nothing can be imported from what was given: one sentence."""


@dataclass(frozen=True)
class Taken:
    """What taking in did: `new` submissions, and those that were the latest work again."""

    new: int
    same: int


def read(
    session: Session,
    assignment: CourseAssignment,
    paths: Iterable[Path],
    parse: Callable[[bytes], ParsedNotebook],
    *,
    filename: str,
    actor_id: int | None,
) -> BulkImport:
    """Read what was given, match it to students and keep it; the caller commits."""
    try:
        sources = find_sources(list(paths), assignment.assignment)
    except IntakeError as error:
        raise ImportRefused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if len(sources) > MOST_FILES:
        raise ImportRefused(f"There are {len(sources)} files, at most {MOST_FILES} are taken.")
    found = BulkImport(
        course_assignment_id=assignment.id,
        started_by_id=actor_id,
        filename=safe_filename(filename),
    )
    session.add(found)
    session.flush()
    people, total, seen = _people(session, assignment), 0, set[int]()
    for position, source in enumerate(sources):
        item = _item(session, source, parse, people, assignment.assignment)
        item.import_id, item.position = found.id, position
        if item.user_id is not None and not item.error:
            item.error = _TWICE if item.user_id in seen else ""
            seen.add(item.user_id)
        session.add(item)
        session.flush()
        total += _size(session, item)
        if total > MOST_UNPACKED_BYTES:
            raise ImportRefused("The notebooks have more than 1 GB together: import them in parts.")
    return found


def _item(
    session: Session,
    source: Source,
    parse: Callable[[bytes], ParsedNotebook],
    people: dict[str, set[int]],
    assignment_id: str,
) -> ImportItem:
    """One file: whose it is and its content, or why it cannot be taken in."""
    submission = source.read()
    item = ImportItem(name=source.name[:600], source=source.source[-600:])
    if submission.data is None:
        item.error = submission.error
        return item
    owners = _owners(source.name, people, assignment_id)
    if len(owners) != 1:
        item.error = _AMBIGUOUS if owners else _UNKNOWN
        return item
    item.user_id = next(iter(owners))
    try:
        item.digest = parse(submission.data).digest
    except FileRefused as error:
        item.error = str(error)
        return item
    item.sha256 = hashlib.sha256(submission.data).hexdigest()
    store(session, Upload(f"{assignment_id}.ipynb", submission.data, item.sha256))
    return item


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


def _size(session: Session, item: ImportItem) -> int:
    found = sa.select(Content.size).where(Content.sha256 == item.sha256)
    return (session.scalar(found) or 0) if item.sha256 else 0


def open_import(session: Session, assignment: CourseAssignment) -> BulkImport | None:
    """The newest import of the assignment that is neither taken in nor discarded."""
    return session.scalar(
        sa.select(BulkImport)
        .where(
            BulkImport.course_assignment_id == assignment.id, BulkImport.state == ImportState.OPEN
        )
        .order_by(BulkImport.id.desc())
        .limit(1)
    )


def items(session: Session, found: BulkImport) -> list[ImportItem]:
    """Its files, those that cannot be taken in first."""
    rows = session.scalars(
        sa.select(ImportItem)
        .options(joinedload(ImportItem.user))
        .where(ImportItem.import_id == found.id)
        .order_by(ImportItem.error == "", ImportItem.position)
    )
    return list(rows)


def take_in(session: Session, found: BulkImport) -> Taken:
    """Hand everything in for its student, in the batch lane; commits each, and goes on if it had
    been broken off."""
    if found.state != ImportState.OPEN:
        raise ImportRefused("This import was taken in or discarded already.")
    new = same = 0
    waiting = session.scalars(
        sa.select(ImportItem).where(
            ImportItem.import_id == found.id,
            ImportItem.error == "",
            ImportItem.submission_id.is_(None),
        )
    ).all()
    for item in waiting:
        receipt = _hand_in(session, found, item)
        new, same = new + receipt[1], same + (not receipt[1])
        item.submission_id = receipt[0]
        session.commit()
    found.state, found.closed_at = ImportState.DONE, now()
    session.commit()
    return Taken(new, same)


def _hand_in(session: Session, found: BulkImport, item: ImportItem) -> tuple[int, bool]:
    assert item.user_id is not None
    assert item.sha256 is not None
    data = session.scalars(sa.select(Content.data).where(Content.sha256 == item.sha256)).one()
    assignment = found.course_assignment
    upload = Upload(f"{assignment.assignment}.ipynb", data, item.sha256)
    receipt = receive(
        session,
        assignment,
        user_id=item.user_id,
        upload=upload,
        digest=item.digest,
        lane=Lane.BATCH,
    )
    return receipt.submission.id, receipt.new


def discard(session: Session, found: BulkImport) -> None:
    """Forget an import and the files that nothing else uses; the caller commits."""
    if found.state != ImportState.OPEN:
        raise ImportRefused("This import was taken in or discarded already.")
    hashes = session.scalars(
        sa.select(ImportItem.sha256).where(
            ImportItem.import_id == found.id, ImportItem.sha256.is_not(None)
        )
    ).all()
    session.execute(sa.delete(ImportItem).where(ImportItem.import_id == found.id))
    used = [
        sa.exists().where(table.sha256 == Content.sha256)
        for table in (Submission, Slide, PaperReview, ImportItem)
    ]
    for sha256 in set(hashes):
        session.execute(sa.delete(Content).where(Content.sha256 == sha256, ~sa.or_(*used)))
    found.state, found.closed_at = ImportState.DISCARDED, now()
