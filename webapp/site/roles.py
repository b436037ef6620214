"""The roles of the site: who looks after it, and who may make courses.

A page or an operation that one of them opens is called with whoever asks. For everyone else who is
signed in it is 403.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort
from flask_login import current_user

from webapp.site.guarding import View, behind

ADMINISTRATORS, COURSE_MAKERS = "administrators", "course makers"


def for_administrators(view: View) -> View:
    """Open a view to administrators alone."""
    return _opened(view, ADMINISTRATORS, lambda user: user.is_administrator)


def for_course_makers(view: View) -> View:
    """Open a view to administrators, and to those whom they let create courses."""
    return _opened(
        view, COURSE_MAKERS, lambda user: user.is_administrator or user.may_create_courses
    )


def _opened(view: View, role: str, opens: Callable[[Any], bool]) -> View:
    def admit(_arguments: dict[str, Any]) -> Any:
        if not opens(current_user):
            abort(403, "Your account has no such role on this site.")
        return current_user

    guarded = behind(view, admit)
    guarded.site_role = role  # type: ignore[attr-defined]
    return guarded
