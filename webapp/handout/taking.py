"""A student takes a release, by page and by program alike."""

from __future__ import annotations

from pathlib import Path

from flask import Response
from flask_login import current_user

from webapp.base.clock import now
from webapp.base.database import Missing, db
from webapp.grading.release import NoRelease, source_of
from webapp.handout import operations
from webapp.handout.shelf import Release, shelf
from webapp.models import CourseAssignment, Enrolment
from webapp.site.downloads import attachment

NOTEBOOK, ZIP = "application/x-ipynb+json", "application/zip"


class NotYet(Exception):
    """The release is not there to be taken: one sentence for the student."""


def to_take(enrolment: Enrolment, item: CourseAssignment) -> Release:
    """The release, which is noted as taken; raises NotYet, and Missing before it opens.

    Staff who look as a student take nothing in their name.
    """
    release = handed_out(item)
    if enrolment.user_id == current_user.id:
        operations.take(db.session, enrolment, item, release.digest)
    return release


def handed_out(item: CourseAssignment) -> Release:
    """The release where it is handed out now; raises NotYet and Missing."""
    require_open(item)
    try:
        found = shelf().find(source_of(db.session, item.assignment))
    except NoRelease:
        raise NotYet("The notebook cannot be handed out just now: ask your staff.") from None
    if found is None:
        raise NotYet("The notebook is being made ready: try again in a moment.")
    return found


def require_open(item: CourseAssignment) -> None:
    """Raise Missing before it opens, and once it is retired."""
    if item.retired_at is not None or (item.opens_at is not None and item.opens_at > now()):
        raise Missing


def sent(path: Path) -> Response:
    """A file of a release to save."""
    kind = ZIP if path.suffix == ".zip" else NOTEBOOK
    return attachment(path.open("rb"), path.name, kind)
