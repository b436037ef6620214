"""What every template can use: times in the course's zone, points, verdicts in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, g, request, url_for
from flask_bootstrap import Bootstrap5
from markupsafe import Markup, escape

from webapp.base import clock
from webapp.base.comments import LONGEST_COMMENT
from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.markdown import inline_code
from webapp.models import Role

# Each verdict: the words a student reads, an icon that is text, and the colour's name.
VERDICTS = {
    "passed": ("Passed", "✓", "good"),
    "partial": ("Partly right", "◐", "fair"),
    "failed": ("Not right yet", "✗", "poor"),
    "error": ("Raised an error", "!", "poor"),
    "timeout": ("Ran out of time", "⏱", "poor"),
    "memory": ("Ran out of memory", "▣", "poor"),
    "missing": ("Not written yet", "○", "calm"),
    "pending": ("Waiting for staff", "…", "calm"),
    "infrastructure_error": ("Our fault, being retried", "↻", "calm"),
}
STATES = {
    "queued": ("Queued", "…", "calm"),
    "running": ("Running", "▶", "calm"),
    "graded": ("Graded", "✓", "good"),
    "rejected": ("Not accepted", "✗", "poor"),
    "fault": ("Our fault, staff are told", "↻", "calm"),
    "cancelled": ("Cancelled by staff", "–", "calm"),
}
REQUEST_STATES = {
    "open": ("Open", "…", "calm"),
    "accepted": ("Accepted", "✓", "good"),
    "declined": ("Declined", "–", "fair"),
}


def init_app(app: Flask) -> None:
    """Add filters and names to the templates."""
    Bootstrap5(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        {
            "when": when,
            "received": received,
            "due": due,
            "hour": hour,
            "points": points,
            "size": size,
            "in_words": clock.in_words,
            "inline_code": inline_code,
        }
    )
    app.jinja_env.globals.update(
        VERDICTS=VERDICTS,
        STATES=STATES,
        REQUEST_STATES=REQUEST_STATES,
        MAX_UPLOAD_BYTES=MAX_UPLOAD_BYTES,
        LONGEST_COMMENT=LONGEST_COMMENT,
        address_with=address_with,
    )
    app.context_processor(_enrolment)


def _enrolment() -> dict[str, Any]:
    enrolment = g.get("enrolment")
    return {
        "enrolment": enrolment,
        "is_instructor": enrolment is not None and enrolment.role == Role.INSTRUCTOR,
    }


def address_with(**changes: Any) -> str:
    """The page's own address with other parameters; those that are None or empty are left out."""
    # Names that begin with _ are url_for's own, such as the scheme: no visitor chooses those.
    asked = {key: value for key, value in request.args.items() if not key.startswith("_")}
    chosen = {**asked, **(request.view_args or {}), **changes}
    kept = {key: value for key, value in chosen.items() if value not in (None, "")}
    return url_for(request.endpoint or "courses.index", **kept)


def when(value: datetime | None, zone: str, *, seconds: bool = False) -> Markup:
    """A moment as a date in the zone, for people and for machines."""
    if value is None:
        return Markup("no date")
    text = escape(clock.full_date(value, zone, seconds=seconds))
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def received(value: datetime | None, zone: str) -> Markup:
    """When work came, to the second, by which it is in time or late."""
    return when(value, zone, seconds=True)


def due(value: datetime | None, zone: str) -> Markup:
    """A due time as a date and in words."""
    if value is None:
        return Markup("no due time")
    return Markup("{} <span class='words'>({})</span>").format(
        when(value, zone), clock.in_words(value)
    )


def hour(value: datetime, zone: str) -> str:
    """A moment of a day that is named already: `17:00`."""
    return f"{clock.local(value, zone):%H:%M}"


def points(value: float | None) -> str:
    """Points without needless zeros: 3, 2.5, 1.33."""
    return "–" if value is None else f"{round(value, 2):g}"


def size(value: int) -> str:
    """A file's size for people."""
    if value < 1024:
        return f"{value} bytes"
    return f"{value / 1024:.0f} KB" if value < 2**20 else f"{value / 2**20:.1f} MB"
