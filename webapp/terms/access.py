"""Who may look after a course as a whole: administrators, and those who instruct it.

Who instructs it copies and archives it where they may create courses; only administrators delete.
Others learn as little as on the course's own pages: 404 outside of it, 403 inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort
from flask_login import current_user

from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.courses.queries import course_called
from webapp.models import Course, Enrolment, Role, User
from webapp.site.guarding import View, behind
from webapp.site.roles import ADMINISTRATORS

KEEPERS = "keepers of the course"


@dataclass(frozen=True)
class Keeper:
    """Somebody who may look after a course, and the course."""

    user: User
    course: Course
    instructs: bool

    @property
    def may_keep(self) -> bool:
        """Whether they copy, archive and take back."""
        return self.may_delete or self.user.may_create_courses

    @property
    def may_delete(self) -> bool:
        """Whether they delete."""
        return self.user.is_administrator

    @property
    def actor(self) -> SiteActor:
        """Who does it, for the log."""
        return SiteActor(self.user.id)


def for_lookers(view: View) -> View:
    """Open a view to administrators and to the course's instructors."""
    return _opened(view, KEEPERS, lambda keeper: True)


def for_keepers(view: View) -> View:
    """Open a view to administrators, and to instructors of it who may create courses."""
    return _opened(view, KEEPERS, lambda keeper: keeper.may_keep)


def for_deleters(view: View) -> View:
    """Open a view to administrators alone."""
    return _opened(view, ADMINISTRATORS, lambda keeper: keeper.may_delete)


def _opened(view: View, role: str, opens: Callable[[Keeper], bool]) -> View:
    def admit(arguments: dict[str, Any]) -> Keeper:
        keeper = _keeper_of(arguments.pop("slug"))
        if not opens(keeper):
            abort(403, "Your account has no such role on this site.")
        return keeper

    guarded = behind(view, admit)
    guarded.site_role = role  # type: ignore[attr-defined]
    return guarded


def _keeper_of(slug: str) -> Keeper:
    course = course_called(db.session, slug)
    role = db.session.scalar(
        sa.select(Enrolment.role).where(
            Enrolment.course_id == course.id, Enrolment.user_id == current_user.id
        )
    )
    keeper = Keeper(current_user, course, instructs=role == Role.INSTRUCTOR)
    if role is None and not keeper.may_delete:
        abort(404)
    if not keeper.instructs and not keeper.may_delete:
        abort(403)
    return keeper
