"""One's courses: their list, the former ones apart, and from one to another in one click."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.webapp.sample_course import add_course, enrol
from webapp.base.clock import now
from webapp.base.database import db
from webapp.models import Course, Role, User


@pytest.fixture
def ada(session) -> User:
    return session.scalars(sa.select(User).where(User.name == "Ada")).one()


@pytest.fixture
def second(session, ada) -> Course:
    """A second course that ada takes."""
    course = add_course(session, "second")
    course.title = "A second course"
    enrol(session, course, ada, Role.STUDENT)
    session.commit()
    return course


def archive(session, slug):
    session.execute(sa.update(Course).where(Course.slug == slug).values(archived_at=now()))
    session.commit()


def switch(page: str) -> list[str]:
    """Where the header's list of other courses leads."""
    found = re.search(r'<details class="switch">.*?</details>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', found[0]) if found else []


def test_with_one_course_home_is_that_course_and_nothing_is_to_switch(auth):
    ada = auth.login("ada")
    assert ada.get("/").location == "/courses/dl/"
    assert switch(ada.get("/courses/dl/").text) == []
    assert "Deep Learning" in ada.get("/courses/").text


def test_with_several_courses_home_lists_them_and_every_page_leads_to_the_others(auth, second):
    ada = auth.login("ada")
    page = ada.get("/").text
    assert page.index("A second course") < page.index("Deep Learning")
    for path in ("", "assignments/a01_demo", "proposal", "grade"):
        assert switch(ada.get(f"/courses/dl/{path}").text) == ["/courses/second/", "/courses/"]
    assert switch(ada.get("/courses/second/").text) == ["/courses/dl/", "/courses/"]


def test_an_archived_course_leaves_the_lists_and_is_among_the_former_ones(auth, session, second):
    archive(session, "second")
    ada = auth.login("ada")
    assert ada.get("/").location == "/courses/dl/"
    assert switch(ada.get("/courses/dl/").text) == []
    current, _, former = ada.get("/courses/").text.partition("Former courses")
    assert "Deep Learning" in current
    assert "A second course" not in current
    assert "A second course" in former
    assert switch(ada.get("/courses/second/").text) == ["/courses/dl/", "/courses/"]


def test_with_former_courses_alone_home_says_so(auth, session):
    archive(session, "dl")
    page = auth.login("ada").get("/").text
    assert "None of your courses is running." in page
    assert "Former courses" in page


def test_programs_are_not_told_of_archived_courses(ask, session, second):
    assert len(ask("ada", "GET", "/api/v1/courses")[1]["courses"]) == 2
    archive(session, "second")
    assert [c["course"] for c in ask("ada", "GET", "/api/v1/courses")[1]["courses"]] == ["dl"]


@pytest.mark.parametrize("role", ["is_administrator", "may_create_courses"])
def test_who_may_create_courses_is_led_to_it_from_an_empty_home(auth, session, role):
    eve = session.scalars(sa.select(User).where(User.name == "Eve")).one()
    setattr(eve, role, True)
    archive(session, "other")
    visitor = auth.login("eve")
    assert 'href="/administration/courses/new"' in visitor.get("/").text
    # To their own as well as to everybody's, where there are any.
    assert 'href="/administration/"' in visitor.get("/").text


def test_nobody_else_is_led_to_creating_a_course(auth, second):
    assert "/administration" not in auth.login("ada").get("/").text


def test_an_empty_site_says_what_to_do_and_one_with_people_does_not(auth, session):
    assert "heldout init" not in auth.visitor().get("/login").text
    session.execute(sa.text("DELETE FROM enrolments"))
    session.execute(sa.text("DELETE FROM users"))
    session.commit()
    stranger = auth.visitor()
    assert stranger.get("/").location.startswith("/login")
    assert '<pre tabindex="0">heldout init</pre>' in stranger.get("/login").text


def test_a_page_asks_once_for_all_other_courses(app, auth, session, ada, second):
    visitor = auth.login("ada")
    with app.app_context():
        engine = db.engine

    def asked() -> int:
        seen: list[str] = []

        def count(_connection, _cursor, statement, *_more) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        assert visitor.get("/courses/dl/").status_code == 200
        event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    with_one = asked()
    for number in range(9):
        enrol(session, add_course(session, f"c{number}"), ada, Role.STUDENT)
    session.commit()
    assert asked() == with_one
