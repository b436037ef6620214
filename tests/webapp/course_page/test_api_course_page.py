"""The course's page and its announcements by program: by role, by version, and in the log."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.course_page.texts import version_of
from webapp.models import AuditEntry

COURSE = "/api/v1/courses/dl"
STAFF = f"{COURSE}/staff"


def test_the_page_is_read_by_everyone_and_changed_by_instructors_on_its_version(ask):
    code, found = ask("ada", "GET", f"{COURSE}/page")
    assert (code, found) == (200, {"text": "", "version": version_of("")})
    body = {"text": "# Hours\r\n", "version": found["version"]}
    assert ask("gil", "POST", f"{STAFF}/page", body)[0] == 403
    assert ask("ina", "POST", f"{STAFF}/page", body, scopes=("read", "grade"))[0] == 403
    code, changed = ask("ina", "POST", f"{STAFF}/page", body)
    assert (code, changed["text"]) == (200, "# Hours")
    assert ask("gil", "GET", f"{COURSE}/page") == (200, changed)
    code, refused = ask("ina", "POST", f"{STAFF}/page", body | {"text": "late"})
    assert (code, "read it again" in refused["error"]) == (409, True)
    assert ask("ina", "POST", f"{STAFF}/page", {"text": "x" * 20_001, "version": ""})[0] == 422


def test_announcements_by_program(ask, session):
    body = {"title": "Room", "text": "32-123"}
    assert ask("gil", "POST", f"{STAFF}/announcements", body)[0] == 403
    code, made = ask("ina", "POST", f"{STAFF}/announcements", body)
    assert (code, made["author"], made["announced_at"][-6:]) == (201, "Ina", "+00:00")
    listed = {"announcements": [made], "found": 1}
    assert ask("ada", "GET", f"{COURSE}/announcements") == (200, listed)
    assert ask("ada", "GET", f"{COURSE}/announcements?page=2")[1]["announcements"] == []
    one = f"{STAFF}/announcements/{made['announcement']}"
    change = {"title": "Room", "text": "32-124", "version": made["version"]}
    code, changed = ask("ina", "POST", one, change)
    assert (code, changed["text"]) == (200, "32-124")
    assert ask("ina", "POST", one, change)[0] == 409
    assert ask("ina", "POST", f"{one}/remove", {"version": made["version"]})[0] == 409
    other = one.replace("/dl/", "/other/")
    assert ask("eve", "POST", f"{other}/remove", {"version": changed["version"]})[0] == 404
    assert ask("ina", "POST", f"{one}/remove", {"version": changed["version"]})[0] == 200
    assert ask("ina", "POST", f"{one}/remove", {"version": changed["version"]})[0] == 404
    assert ask("ina", "POST", f"{STAFF}/announcements", {"title": " ", "text": "x"})[0] == 422
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "announce",
        "change announcement",
        "remove announcement",
    ]
    assert {entry.detail["by"] for entry in entries} == {"API"}
