"""Staff's imports step by step: an archive is read, looked at, and then taken in or discarded."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from webapp.audit.record import record
from webapp.grading.tools import tools
from webapp.imports import operations as take_in
from webapp.imports import times
from webapp.imports.matching import ImportRefused, gather
from webapp.imports.operations import Taken
from webapp.models import BulkImport, CourseAssignment, Enrolment
from webapp.site.uploads import safe_filename

MOST_BYTES = 256 * 2**20


class NotOpen(Exception):
    """The import that somebody looked at is not open any more: one sentence."""


def read(
    session: Session,
    enrolment: Enrolment,
    assignment: CourseAssignment,
    file: FileStorage | None,
    *,
    received: str,
) -> BulkImport:
    """Read an archive and match it to students, in the place of an earlier one; commits.

    `received` says when work without a timestamp.txt counts as handed in: `now`, `due` or a moment.
    Nothing is handed in yet. Raises NoMoment for `received`, ImportRefused for the archive.
    """
    received_at = times.chosen(received, assignment)
    if file is None or not file.filename:
        raise ImportRefused("No file was chosen: choose a ZIP archive.")
    with tempfile.TemporaryDirectory(prefix="heldout-import-") as folder:
        path = Path(folder) / safe_filename(file.filename)
        with path.open("wb") as target:
            shutil.copyfileobj(file.stream, target)
        parse = tools().parse_notebook
        found = gather(session, assignment, [path], parse, received_at=received_at)
        actor = enrolment.user_id
        kept = take_in.keep(session, assignment, found, filename=path.name, actor_id=actor)
    session.commit()
    return kept


def take(
    session: Session, enrolment: Enrolment, assignment: CourseAssignment, number: int
) -> Taken:
    """Hand in what was matched; what was broken off goes on. Commits; raises NotOpen."""
    found = _seen(session, assignment, number)
    taken = take_in.take_in(session, found)
    subject, said = _subject(found, assignment), f"{taken.sentence}."
    record(session, enrolment, "import work", subject=subject, outcome=said)
    session.commit()
    return taken


def discard(
    session: Session, enrolment: Enrolment, assignment: CourseAssignment, number: int
) -> str:
    """Forget what was read; what to say of it. Commits; raises NotOpen."""
    found = _seen(session, assignment, number)
    take_in.discard(session, found)
    subject, said = _subject(found, assignment), "The import is discarded: nothing was handed in."
    record(session, enrolment, "discard import", subject=subject, outcome=said)
    session.commit()
    return said


def _seen(session: Session, assignment: CourseAssignment, number: int) -> BulkImport:
    """The open import, if it is the one that was looked at."""
    found = take_in.open_import(session, assignment)
    if found is None or found.id != number:
        raise NotOpen("That import is not open any more.")
    return found


def _subject(found: BulkImport, assignment: CourseAssignment) -> str:
    return f"import {found.id} of {assignment.assignment}"
