"""Bringing in work for many students at once: matched and looked at first, then taken in.

What was read is kept in the database, so that taking it in can be broken off and goes on where it
stopped, on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.imports.matching import Found, ImportRefused
from webapp.imports.queries import open_import, refused_count
from webapp.models import (
    BulkImport,
    Content,
    CourseAssignment,
    ImportItem,
    ImportState,
    Lane,
    PaperReview,
    Slide,
    Submission,
)
from webapp.site.uploads import Upload, safe_filename, store
from webapp.submissions.operations import receive


class NotOpen(Exception):
    """The import that somebody looked at is not open any more: one sentence."""


@dataclass(frozen=True)
class Taken:
    """What taking in did: `new` submissions, and those that were the latest work again.

    Of the new ones `dated` count as handed in at another time than this; `refused` files have an
    error and stay out.
    """

    new: int
    same: int
    dated: int = 0
    refused: int = 0

    @property
    def sentence(self) -> str:
        """For people and the log."""
        dated = f" ({self.dated} as of an earlier time)" if self.dated else ""
        refused = f", {self.refused} not taken in" if self.refused else ""
        return f"{self.new} handed in{dated}, {self.same} were there already{refused}"


def keep_import(
    session: Session,
    actor: Actor,
    assignment: CourseAssignment,
    *,
    gathered: Sequence[Found],
    filename: str,
) -> BulkImport:
    """Write down what was gathered, in the place of an earlier import; nothing is handed in yet.

    Raises ImportRefused where a file is not what it was.
    """
    with change(session):
        earlier = open_import(session, assignment)
        if earlier is not None:
            _forget(session, earlier)
        kept = BulkImport(
            course_assignment_id=assignment.id,
            started_by_id=actor.user_id,
            filename=safe_filename(filename),
        )
        session.add(kept)
        session.flush()
        for position, found in enumerate(gathered):
            _keep_item(session, kept, found, position=position, name=assignment.assignment)
    return kept


def _keep_item(
    session: Session, kept: BulkImport, found: Found, *, position: int, name: str
) -> None:
    row = ImportItem(
        import_id=kept.id,
        position=position,
        name=found.source.name[:600],
        source=found.source.source[-600:],
        user_id=found.user_id,
        digest=found.digest,
        error=found.error,
        received_at=found.received_at,
    )
    if not found.error:
        data = found.source.read().data
        if data is None or hashlib.sha256(data).hexdigest() != found.sha256:
            raise ImportRefused(
                f"{found.source.name} was changed while it was read: import it again."
            )
        store(session, Upload(f"{name}.ipynb", data, found.sha256))
        row.sha256 = found.sha256
    session.add(row)


def take_import(
    session: Session, actor: Actor, assignment: CourseAssignment, *, number: int
) -> Taken:
    """Hand everything in for its student, in the batch lane; raises NotOpen.

    Each is kept as it is handed in: what was broken off goes on.
    """
    found = _seen(session, assignment, number)
    new = same = dated = 0
    waiting = session.scalars(
        sa.select(ImportItem).where(
            ImportItem.import_id == found.id,
            ImportItem.error == "",
            ImportItem.submission_id.is_(None),
        )
    ).all()
    for item in waiting:
        as_new = _hand_in(session, found, item)
        new, same = new + as_new, same + (not as_new)
        dated += as_new and item.received_at is not None
    taken = Taken(new, same, dated, refused=refused_count(session, found))
    with change(session):
        found.state, found.closed_at = ImportState.DONE, now()
        subject, said = _subject(found, assignment), f"{taken.sentence}."
        record(session, actor, "import work", subject=subject, outcome=said)
    return taken


def _hand_in(session: Session, found: BulkImport, item: ImportItem) -> bool:
    """Whether it was new work."""
    assert item.user_id is not None
    assert item.sha256 is not None
    data = session.scalars(sa.select(Content.data).where(Content.sha256 == item.sha256)).one()
    assignment = found.course_assignment
    receipt = receive(
        session,
        assignment,
        user_id=item.user_id,
        upload=Upload(f"{assignment.assignment}.ipynb", data, item.sha256),
        digest=item.digest,
        lane=Lane.BATCH,
        received_at=item.received_at,
    )
    with change(session):
        # What is kept of it may be smaller; the file as it came is not needed twice.
        read, item.sha256 = item.sha256, receipt.submission.sha256
        item.submission_id = receipt.submission.id
        session.flush()
        _forget_files(session, {read})
    return receipt.new


def discard_import(
    session: Session, actor: Actor, assignment: CourseAssignment, *, number: int
) -> str:
    """Forget what was read; what to say of it. Raises NotOpen."""
    said = "The import is discarded: nothing was handed in."
    with change(session):
        found = _seen(session, assignment, number)
        _forget(session, found)
        subject = _subject(found, assignment)
        record(session, actor, "discard import", subject=subject, outcome=said)
    return said


def _seen(session: Session, assignment: CourseAssignment, number: int) -> BulkImport:
    """The open import, if it is the one that was looked at."""
    found = open_import(session, assignment)
    if found is None or found.id != number:
        raise NotOpen("That import is not open any more.")
    return found


def _subject(found: BulkImport, assignment: CourseAssignment) -> str:
    return f"import {found.id} of {assignment.assignment}"


def _forget(session: Session, found: BulkImport) -> None:
    """Close an import, without its files that nothing else uses."""
    hashes = session.scalars(
        sa.select(ImportItem.sha256).where(
            ImportItem.import_id == found.id, ImportItem.sha256.is_not(None)
        )
    ).all()
    session.execute(sa.delete(ImportItem).where(ImportItem.import_id == found.id))
    _forget_files(session, {each for each in hashes if each is not None})
    found.state, found.closed_at = ImportState.DISCARDED, now()


def _forget_files(session: Session, hashes: set[str]) -> None:
    """Delete those that nothing uses any more."""
    used = [
        sa.exists().where(table.sha256 == Content.sha256)
        for table in (Submission, Slide, PaperReview, ImportItem)
    ]
    for sha256 in hashes:
        session.execute(sa.delete(Content).where(Content.sha256 == sha256, ~sa.or_(*used)))
