"""What the page of an assignment says about its notebook, to one student."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from webapp.base.database import db
from webapp.grading.release import NoRelease, source_of
from webapp.handout.about import About, about
from webapp.handout.queries import Taken, how_many_took, taken_by
from webapp.handout.shelf import Release, shelf
from webapp.models import CourseAssignment, Enrolment, TakenRelease


@dataclass(frozen=True)
class Panel:
    """The release, or whether it is `being_made`; without either there is none to hand out."""

    about: About | None
    release: Release | None
    being_made: bool
    taken: TakenRelease | None
    hub: str

    @property
    def changed(self) -> bool:
        """Whether the student took another version than there is now."""
        return bool(self.taken and self.release and self.taken.digest != self.release.digest)


def panel_of(enrolment: Enrolment, item: CourseAssignment) -> Panel:
    """What is handed out to a student: two statements, and nothing that takes time."""
    hub = current_app.config["HELDOUT_JUPYTERHUB"]
    taken = taken_by(db.session, item, enrolment.user_id)
    try:
        source = source_of(db.session, item.assignment)
    except NoRelease:
        return Panel(None, None, being_made=False, taken=taken, hub=hub)
    described = about(source.assignment)
    try:
        found = shelf().find(source)
    except NoRelease:
        return Panel(described, None, being_made=False, taken=taken, hub=hub)
    return Panel(described, found, being_made=found is None, taken=taken, hub=hub)


def taken_now(item: CourseAssignment) -> Taken:
    """How many students took the release, and how many an older one, where it can be known now."""
    try:
        found = shelf().find(source_of(db.session, item.assignment))
    except NoRelease:
        found = None
    return Taken() if found is None else how_many_took(db.session, item, found.digest)
