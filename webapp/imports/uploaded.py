"""An uploaded archive, read and kept: the page and the API's operation take the same."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from werkzeug.datastructures import FileStorage

from webapp.base.database import db
from webapp.grading.library import library
from webapp.imports import times
from webapp.imports.matching import ImportRefused, gather
from webapp.imports.operations import keep_import
from webapp.models import BulkImport, CourseAssignment, Enrolment
from webapp.site.uploads import safe_filename

MOST_BYTES = 256 * 2**20


def keep_archive(
    enrolment: Enrolment, assignment: CourseAssignment, file: FileStorage | None, *, received: str
) -> BulkImport:
    """Read an archive and match it to students; nothing is handed in yet.

    `received` says when work without a timestamp.txt counts as handed in: `now`, `due` or a moment.
    Raises NoMoment for `received`, ImportRefused for the archive.
    """
    received_at = times.chosen(received, assignment)
    if file is None or not file.filename:
        raise ImportRefused("No file was chosen: choose a ZIP archive.")
    with tempfile.TemporaryDirectory(prefix="heldout-import-") as folder:
        path = Path(folder) / safe_filename(file.filename)
        with path.open("wb") as target:
            shutil.copyfileobj(file.stream, target)
        parse = library().parse_notebook
        gathered = gather(db.session, assignment, [path], parse, received_at=received_at)
        return keep_import(db.session, enrolment, assignment, gathered=gathered, filename=path.name)
