"""A course as a whole by page, program and command: the same operations, for whom they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import event

from tests.webapp.graders import notebook
from tests.webapp.sample_course import add_user, enrol
from webapp.base.clock import now
from webapp.base.database import db
from webapp.cli.courses import course as commands
from webapp.models import AuditEntry, Course, Enrolment, Role, User

HERE, API = "/administration/courses/dl", "/api/v1/administration/courses/dl"
COPY = {"slug": "dl-2", "title": "Deep Learning", "term": "Fall", "starts_on": ""}
# Who: an administrator outside the course, an instructor who may create courses, one who may not,
# a grader, a student, and somebody outside.
OPENS = {"amy": "delete", "ina": "keep", "kim": "look", "gil": 403, "ada": 403, "eve": 404}


@pytest.fixture
def everyone(app, session):
    """Amy looks after the site, ina may create courses, kim instructs beside her."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    with app.app_context():  # which hashes passwords
        add_user(session, "amy").is_administrator = True
        enrol(session, course, add_user(session, "kim"), Role.INSTRUCTOR)
    ina = session.scalars(sa.select(User).where(User.name == "Ina")).one()
    ina.may_create_courses = True
    session.commit()
    return course


def _slugs(session):
    session.expire_all()
    return set(session.scalars(sa.select(Course.slug)))


@pytest.mark.parametrize("name", OPENS)
def test_pages_and_programs_are_open_to_whom_they_should_be(auth, ask, everyone, name):
    opens = OPENS[name]
    ranks = ["look", "keep", "delete"]

    def expected(needed, answer):
        if isinstance(opens, int):
            return opens
        return answer if ranks.index(opens) >= ranks.index(needed) else 403

    visitor = auth.login(name)
    found = {
        "show": visitor.get(f"{HERE}/").status_code,
        "ask": visitor.get(f"{HERE}/delete").status_code,
        "copy": visitor.post(f"{HERE}/copy", {"slug": "?"}).status_code,
        "delete": visitor.post(f"{HERE}/delete", {"typed": "no"}).status_code,
        "archive": visitor.post(f"{HERE}/archive").status_code,
        "back": visitor.post(f"{HERE}/take-back").status_code,
    }
    assert found == {
        "show": expected("look", 200),
        "ask": expected("delete", 200),
        "copy": expected("keep", 422),
        "delete": expected("delete", 422),
        "archive": expected("keep", 303),
        "back": expected("keep", 303),
    }
    found = {
        "show": ask(name, "GET", API)[0],
        "copy": ask(name, "POST", f"{API}/copy", {"slug": "?", "term": "T"})[0],
        "delete": ask(name, "POST", f"{API}/delete", {"typed": "no"})[0],
        "archive": ask(name, "POST", f"{API}/archive", {})[0],
        "back": ask(name, "POST", f"{API}/take-back")[0],
    }
    assert found == {
        "show": expected("look", 200),
        "copy": expected("keep", 422),
        "delete": expected("delete", 422),
        "archive": expected("keep", 200),
        "back": expected("keep", 200),
    }


@pytest.mark.parametrize("way", ["page", "program"])
def test_whoever_copies_instructs_the_copy(auth, ask, everyone, session, way):
    if way == "page":
        assert auth.login("ina").post(f"{HERE}/copy", COPY).status_code == 303
    else:
        body = {"slug": "dl-2", "term": "Fall"}
        assert ask("ina", "POST", f"{API}/copy", body) == (
            201,
            {"slug": "dl-2", "assignments": 1, "invited": None},
        )
    copy = session.scalars(sa.select(Course).where(Course.slug == "dl-2")).one()
    assert copy.title == "Deep Learning"
    who = sa.select(User.name).join(Enrolment, Enrolment.user_id == User.id)
    assert session.scalars(who.where(Enrolment.course_id == copy.id)).all() == ["Ina"]
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.course_id) == ("copy course", copy.id)


def test_what_cannot_be_copied_is_said_beside_the_field(auth, everyone, session):
    ina = auth.login("ina")
    answer = ina.post(f"{HERE}/copy", COPY | {"slug": "other", "starts_on": ""})
    assert answer.status_code == 422
    assert "There is a course &#39;other&#39; already" in answer.text
    assert 'value="Fall"' in answer.text
    answer = ina.post(f"{HERE}/copy", COPY | {"starts_on": "2027-01-11"})
    assert "has no first day to count its weeks from" in answer.text
    assert _slugs(session) == {"dl", "other"}


def test_archiving_says_what_waits_and_cancels_it_only_then(auth, ask, everyone, session):
    auth.login("ada").submit(notebook("x = 1"))
    ina = auth.login("ina")
    assert "1 attempt waits to be graded" in ina.get(f"{HERE}/").text
    answer = ina.post(f"{HERE}/archive")
    assert answer.status_code == 409
    assert "or say that archiving cancels it" in answer.text
    assert ask("ina", "POST", f"{API}/archive", {})[0] == 409
    assert ina.post(f"{HERE}/archive", {"cancel_waiting": "yes"}).status_code == 303
    found = ask("ina", "GET", API)[1]
    assert (found["state"], found["attempts"], found["attempts_waiting"]) == ("archived", 1, 0)
    assert "Let it change again" in ina.get(f"{HERE}/").text


def test_a_deleted_course_leaves_a_line_in_the_log_of_the_site(auth, ask, everyone, session):
    amy = auth.login("amy")
    assert "Type <code>dl</code>" in amy.get(f"{HERE}/delete").text
    answer = amy.post(f"{HERE}/delete", {"typed": "dk"})
    assert "expected &#39;dl&#39;: nothing was deleted" in answer.text
    assert amy.post(f"{HERE}/delete", {"typed": "dl"}).location == "/administration/"
    assert _slugs(session) == {"other"}
    assert "delete course" in amy.get("/administration/log").text
    assert auth.login("ada").get("/").status_code == 200
    assert ask("amy", "GET", API)[0] == 404


def test_the_page_takes_a_constant_number_of_statements(app, auth, everyone, graded):
    amy = auth.login("amy")
    with app.app_context():
        engine = db.engine

    def statements() -> int:
        counted: list[str] = []

        def count(_connection, _cursor, statement, *_rest) -> None:
            counted.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        assert amy.get(f"{HERE}/").status_code == 200
        event.remove(engine, "before_cursor_execute", count)
        return len(counted)

    before = statements()
    for name in ("ada", "bob"):
        graded(name)
    assert statements() == before


def test_an_archived_course_says_so_and_takes_nothing(auth, ask, everyone, session):
    ina, ada = auth.login("ina"), auth.login("ada")
    ina.post(f"{HERE}/archive")
    page = ada.get("/courses/dl/assignments/a01_demo")
    assert page.status_code == 200
    assert 'class="archived"' in page.text
    assert "This course is archived since" in page.text
    answer = ada.submit(notebook("x = 1"))
    assert answer.status_code == 409
    assert "This course is archived" in answer.text
    code, found = ask("ina", "POST", "/api/v1/courses/dl/staff/queue/pause", {"paused": True})
    assert (code, found["error"]) == (
        409,
        "This course is archived: it can be read, and nothing in it changes.",
    )
    ina.post(f"{HERE}/take-back")
    assert ada.submit(notebook("x = 1")).status_code != 409


@pytest.fixture
def run(settings, monkeypatch):
    """Runs a command over the test's site."""
    monkeypatch.setenv("HELDOUT_DATA", str(settings.data))
    monkeypatch.setenv("HELDOUT_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("HELDOUT_PASSWORD_SALT", settings.password_salt)

    def invoke(*arguments: str, typed: str = ""):
        return CliRunner().invoke(commands, arguments, input=typed)

    return invoke


def test_the_commands_do_the_same(run, session):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    course.starts_on = now().date()
    session.commit()
    done = run("copy", "dl", "dl-2", "--term", "Fall", "--starts", "2027-01-11")
    assert done.output == "dl-2: Deep Learning, Fall; 1 assignments, times from its first day\n"
    assert run("archive", "dl").output == "dl is archived.\n"
    assert run("archive", "dl").output == "dl was archived already.\n"
    assert run("take-back", "dl").output == "dl is no longer archived.\n"
    refused = run("delete", "dl", typed="other\n")
    assert refused.exit_code == 1
    assert "expected 'dl': nothing was deleted" in refused.output
    assert run("delete", "dl", typed="dl\n").exit_code == 0
    assert run("delete", "dl-2", "--yes").exit_code == 0
    assert _slugs(session) == {"other"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("copy", "nowhere", "x", "--term", "T"), "there is no course nowhere"),
        (("copy", "dl", "other", "--term", "T"), "There is a course 'other' already"),
        (("copy", "dl", "x", "--term", "T", "--starts", "2027-01-11"), "has no first day"),
        (("copy", "dl", "Not This", "--term", "T"), "The short name is 'Not This'"),
        (("archive", "nowhere"), "there is no course nowhere"),
        (("delete", "nowhere", "--yes"), "there is no course nowhere"),
    ],
)
def test_what_cannot_be_ends_a_command_in_a_sentence(run, session, arguments, sentence):
    done = run(*arguments)
    assert done.exit_code == 2
    assert sentence in done.output
    assert "Traceback" not in done.output
    assert _slugs(session) == {"dl", "other"}
