"""Bringing in work for many students at once: matched and looked at first, then taken in.

What was read is kept in the database, so that taking it in can be broken off and goes on where it
stopped, on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.clock import now
from webapp.extensions import queries as extensions
from webapp.imports.matching import Found, ImportRefused
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
from webapp.scoring.counting import policy_of
from webapp.scoring.late_policy import Worth
from webapp.site.uploads import Upload, safe_filename, store
from webapp.submissions.intake import receive


@dataclass(frozen=True)
class Listed:
    """A file as staff look at it: when it counts as handed in, and what the rules make of that."""

    item: ImportItem
    received_at: datetime
    worth: Worth


@dataclass(frozen=True)
class Taken:
    """What taking in did: `new` submissions, and those that were the latest work again.

    Of the new ones `dated` count as handed in at another time than this.
    """

    new: int
    same: int
    dated: int = 0

    @property
    def sentence(self) -> str:
        """For people and the log."""
        dated = f" ({self.dated} as of an earlier time)" if self.dated else ""
        return f"{self.new} handed in{dated}, {self.same} were there already"


def keep(
    session: Session,
    assignment: CourseAssignment,
    found: Sequence[Found],
    *,
    filename: str,
    actor_id: int | None,
) -> BulkImport:
    """Write down what was gathered, in the place of an earlier import; the caller commits."""
    earlier = open_import(session, assignment)
    if earlier is not None:
        discard(session, earlier)
    kept = BulkImport(
        course_assignment_id=assignment.id,
        started_by_id=actor_id,
        filename=safe_filename(filename),
    )
    session.add(kept)
    session.flush()
    for position, item in enumerate(found):
        row = ImportItem(
            import_id=kept.id,
            position=position,
            name=item.source.name[:600],
            source=item.source.source[-600:],
            user_id=item.user_id,
            digest=item.digest,
            error=item.error,
            received_at=item.received_at,
        )
        if not item.error:
            _store(session, assignment, item)
            row.sha256 = item.sha256
        session.add(row)
    return kept


def _store(session: Session, assignment: CourseAssignment, item: Found) -> None:
    data = item.source.read().data
    if data is None or hashlib.sha256(data).hexdigest() != item.sha256:
        raise ImportRefused(f"{item.source.name} was changed while it was read: import it again.")
    store(session, Upload(f"{assignment.assignment}.ipynb", data, item.sha256))


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


def listed(session: Session, found: BulkImport) -> list[Listed]:
    """Its files with what the rules would make of each, late days apart: three statements."""
    assignment = found.course_assignment
    extended = {row.user_id: row.due_at for row in extensions.of_assignment(session, assignment)}
    moment, shown = now(), []
    for item in items(session, found):
        until = None if item.user_id is None else extended.get(item.user_id)
        received_at = item.received_at or moment
        worth = policy_of(assignment.course, assignment, until).worth(received_at)
        shown.append(Listed(item, received_at, worth))
    return shown


def take_in(session: Session, found: BulkImport) -> Taken:
    """Hand everything in for its student, in the batch lane; commits each, and goes on if it had
    been broken off."""
    if found.state != ImportState.OPEN:
        raise ImportRefused("This import was taken in or discarded already.")
    new = same = dated = 0
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
        dated += receipt[1] and item.received_at is not None
        item.submission_id = receipt[0]
        session.commit()
    found.state, found.closed_at = ImportState.DONE, now()
    session.commit()
    return Taken(new, same, dated)


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
        received_at=item.received_at,
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
