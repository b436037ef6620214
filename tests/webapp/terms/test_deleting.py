"""Deleting a course leaves nothing of it, and everything of the others."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.terms.two_courses import FIRST, OWN_FILE, SECOND, dump, of_course
from webapp.audit.record import SiteActor
from webapp.models import Base, Course
from webapp.models.belonging import ways
from webapp.terms.operations import NotConfirmed, archive_course, delete_course

ADMINISTRATOR = SiteActor(5)


def test_the_two_courses_have_rows_in_every_table(full_session: Session) -> None:
    found = dump(full_session.connection())
    for course_id in (FIRST, SECOND):
        assert {name for name, rows in of_course(found, course_id).items() if rows} == {
            "courses",
            *ways(),
        }


@pytest.mark.parametrize("archived", [False, True])
def test_nothing_of_one_course_remains_and_all_of_the_other(
    full_session: Session, archived: bool
) -> None:
    session = full_session
    before = dump(session.connection())
    session.commit()
    course = session.get_one(Course, SECOND)
    if archived:
        archive_course(session, ADMINISTRATOR, course, cancel_waiting=True)
    delete_course(session, ADMINISTRATOR, course, typed="other")
    after = dump(session.connection())
    log = after["audit_entries"].pop()
    assert (log["action"], log["course_id"], log["subject"]) == (
        "delete course",
        None,
        "course other",
    )
    assert log["detail"]["attempts"] == 10
    if archived:  # what administrators did stays in the site's log
        line = after["audit_entries"].pop()
        assert (line["action"], line["course_id"]) == ("archive course", None)
    for name, rows in before.items():
        gone = of_course(before, SECOND)[name]
        kept = [row for row in rows if row not in gone]
        if name == "contents":
            kept = [row for row in rows if row["sha256"] != OWN_FILE]
        assert after[name] == kept, name
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_the_last_course_takes_every_file_along(full_session: Session) -> None:
    session = full_session
    for number, slug in ((FIRST, "dl"), (SECOND, "other")):
        delete_course(session, ADMINISTRATOR, session.get_one(Course, number), typed=slug)
    contents = Base.metadata.tables["contents"]
    assert session.execute(sa.select(contents.c.sha256)).all() == []


@pytest.mark.parametrize("typed", ["", "OTHER", "dl", "other course"])
def test_another_name_deletes_nothing(full_session: Session, typed: str) -> None:
    session = full_session
    before = dump(session.connection())
    session.commit()
    with pytest.raises(NotConfirmed, match="expected 'other': nothing was deleted"):
        delete_course(session, ADMINISTRATOR, session.get_one(Course, SECOND), typed=typed)
    assert dump(session.connection()) == before
