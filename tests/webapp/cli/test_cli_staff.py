"""Staff's commands over a site's API: over a real connection, one sentence each time."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from autograder.cli import group
from tests.webapp.graders import LIBRARY, StandInPool, result
from tests.webapp.regrades.test_regrades import conditions_under, graded_by
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.typed_times import for_input
from webapp.cli import site_regrade
from webapp.cli import staff as cli_staff
from webapp.grading.worker import Worker
from webapp.models import (
    AuditEntry,
    Course,
    CourseAssignment,
    Extension,
    Job,
    JobState,
    ResultRule,
    Submission,
    User,
)
from webapp.site import submit_client, tokens
from webapp.visibility import sight
from webapp.visibility.operations import set_rule


@pytest.fixture
def staff(site, home, session, monkeypatch):
    """Runs a command as ina, with a token of these scopes; returns the exit status and output."""

    def run(*arguments: str, name="Ina", scopes=tokens.SCOPES, command=group) -> tuple[int, str]:
        user = session.scalars(sa.select(User).where(User.name == name)).one()
        monkeypatch.setenv("HELDOUT_TOKEN", tokens.create(session, user, "test", scopes))
        monkeypatch.setenv("HELDOUT_SITE", site)
        session.commit()
        found = CliRunner().invoke(command, arguments, env={"COLUMNS": "200"})
        session.expire_all()
        return found.exit_code, found.output

    return run


@pytest.fixture
def until(session) -> str:
    """Two days after the assignment is due, on the course's clock."""
    found = sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    item = session.scalars(found).one()
    return for_input(item.due_at + timedelta(days=2), item.course.time_zone)


def test_an_extension_is_given_listed_and_taken_back(staff, session, until):
    where = ("dl", ASSIGNMENT)
    given = ("--until", until, "--reason", "[b]was ill", "--student", "ADA@example.edu")
    code, said = staff("extensions", "give", *where, *given)
    assert (code, said.startswith("1 student has more time, until 2")) == (0, True)
    code, said = staff("extensions", "list", *where, name="Gil")
    assert (code, "Ada" in said, "[b]was ill" in said) == (0, True, True)
    removed = ("--student", "ada@example.edu", "--reason", "by mistake")
    assert staff("extensions", "remove", *where, *removed) == (0, "The due time holds again.\n")
    code, said = staff("extensions", "remove", *where, *removed)
    assert (code, "There is no extension to remove." in said) == (2, True)
    assert session.scalars(sa.select(Extension)).all() == []
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["give extension", "remove extension"]


def test_a_section_gets_more_time(staff, session, until):
    given = ("--until", until, "--reason", "the bus", "--section", "A")
    code, said = staff("extensions", "give", "dl", ASSIGNMENT, *given)
    assert (code, said.startswith("2 students have more time")) == (0, True)
    assert session.scalar(sa.select(sa.func.count(Extension.id))) == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--student", "gil@example.edu"), "no student of dl has the address gil@example.edu"),
        (("--section", "Z"), "Choose at least one student"),
        (("--section", "A", "--until", "soon"), "expected a date and a time"),
    ],
)
def test_what_is_no_extension_is_one_sentence_and_status_2(
    staff, session, until, options, sentence
):
    given = ("extensions", "give", "dl", ASSIGNMENT, "--until", until, "--reason", "ill", *options)
    code, said = staff(*given)
    assert (code, sentence in said) == (2, True)
    assert session.scalars(sa.select(Extension)).all() == []


def test_grades_are_the_file_of_the_grades_page(staff, session, graded, auth, tmp_path):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    course.pass_rule = {"minimum_share": 0.5}
    session.scalars(sa.select(User).where(User.name == "Bob")).one().name = "=Bob, 1"
    session.commit()
    graded("ada", result(score=2.5))
    file = tmp_path / "grades.csv"
    assert staff("grades", "dl", "--csv", str(file)) == (0, f"2 students are in {file}.\n")
    page = auth.login("ina").get("/courses/dl/staff/scores.csv")
    assert file.read_bytes() == page.data
    code, said = staff("grades", "dl", "--section", "A", name="Gil")
    assert (code, said.splitlines()) == (0, page.text.splitlines())
    code, said = staff("grades", "dl", "--csv", str(tmp_path / "none" / "grades.csv"))
    assert (code, "cannot write" in said) == (2, True)


def test_every_page_of_a_long_list_is_read(staff, session, graded, monkeypatch):
    monkeypatch.setattr("webapp.gradebook.score_table_api.PAGE_ROWS", 1)
    lines = staff("grades", "dl")[1].splitlines()
    assert [line.split(",")[0] for line in lines] == ["name", "Ada", "Bob"]


def test_the_queue_is_shown_paused_and_resumed(staff, session, graded):
    graded("ada")
    job = session.scalars(sa.select(Job)).one()
    job.state, job.last_error = JobState.DEAD, "It broke."
    session.commit()
    code, said = staff("queue", "dl", name="Gil")
    assert (code, "It broke." in said) == (0, True)
    assert said.endswith("0 wait or run, 1 were stopped by a fault.\n")
    assert "Grading is paused" in staff("queue", "dl", "--pause")[1]
    assert "paused" not in staff("queue", "dl", "--resume")[1]
    assert staff("queue", "dl", "--pause", name="Gil")[0] == 2
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == ["pause grading", "resume grading"]


def test_results_are_published_and_hidden(staff, session, item):
    publish = partial(staff, command=cli_staff.publish)
    set_rule(session, item, ResultRule.PUBLISHED)
    session.commit()
    code, said = publish("dl", ASSIGNMENT)
    assert (code, "shown as soon as there are any" in said) == (0, True)
    assert sight.sight_of(session, item).open
    code, said = publish("dl", ASSIGNMENT, "--hide")
    assert (code, "held back until staff publish them" in said) == (0, True)
    assert not sight.sight_of(session, item).open
    assert publish("dl", ASSIGNMENT, name="Gil")[0] == 2
    assert "scope manage" in publish("dl", ASSIGNMENT, scopes=("grade",))[1]
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == ["publish results", "hide results"]


@pytest.fixture
def regrading(app, engine, monkeypatch):
    """New checks give full marks; while the command waits, a worker of the site grades."""
    app.extensions["heldout"] = type(LIBRARY)(conditions=lambda *_: conditions_under("v2"))

    def work(_seconds: float) -> None:
        pool = StandInPool(lambda _: graded_by("v2", 3.0))
        Worker(engine, pool, poll_seconds=0.01).run(threading.Event(), drain=True)

    monkeypatch.setattr(site_regrade.time, "sleep", work)


def test_a_regrade_runs_on_the_site_and_is_published(staff, session, graded, regrading, site):
    number = graded("ada", graded_by("v1", 1.0)).id
    command = ("regrade", "dl", ASSIGNMENT, "--site", site)
    code, said = staff(*command)
    assert (code, "1 of 1 change." in said, "see none of it yet" in said) == (0, True, True)
    assert session.get_one(Submission, number).score == 1
    code, said = staff(*command, "--publish")
    assert (code, said.endswith("1 new results are published.\n")) == (0, True)
    assert session.get_one(Submission, number).score == 3
    code, said = staff("regrade", "dl", "a09_none", "--site", site)
    assert (code, "has no dl a09_none, or you are not on its staff" in said) == (2, True)


def test_a_regrade_on_a_site_is_discarded_and_takes_no_workers_from_here(
    staff, session, graded, regrading, site
):
    number = graded("ada", graded_by("v1", 1.0)).id
    command = ("regrade", "dl", ASSIGNMENT, "--site", site)
    code, said = staff(*command, "--workers", "2")
    assert (code, "leave it out with --site" in said) == (2, True)
    assert staff(*command, "--discard")[1].endswith("every score is as it was.\n")
    assert session.get_one(Submission, number).score == 1


@pytest.mark.parametrize(
    ("name", "course", "sentence"),
    [
        ("Ada", "dl", "Your role in this course does not open it"),
        ("Eve", "dl", "has no dl, or you are not on its staff"),
        ("Ina", "no/../thing", "has no no/../thing"),
    ],
)
def test_who_may_not_is_told_so(staff, name, course, sentence):
    code, said = staff("grades", course, name=name)
    assert (code, sentence in said) == (2, True)


def test_a_token_without_the_scope_says_which_and_where_another_goes(
    staff, session, site, home, monkeypatch
):
    assert "lacks the scope grade" in staff("queue", "dl", "--pause", scopes=("read",))[1]
    user = session.scalars(sa.select(User).where(User.name == "Ina")).one()
    submit_client.token_file().parent.mkdir(parents=True)
    kept = {site: tokens.create(session, user, "kept", ("submit",))}
    session.commit()
    submit_client.token_file().write_text(json.dumps(kept), encoding="utf-8")
    monkeypatch.delenv("HELDOUT_TOKEN")
    found = CliRunner().invoke(group, ["queue", "dl"])
    assert found.exit_code == 2
    assert f"remove the saved one from {submit_client.token_file()}" in found.output


def test_a_mistyped_token_is_forgotten_and_a_good_one_kept(session, site, home, monkeypatch, staff):
    user = session.scalars(sa.select(User).where(User.name == "Ina")).one()
    good = tokens.create(session, user, "test", ("read",))
    session.commit()
    for typed, code, kept in (("heldout_wrong", 2, {}), (good, 0, {site: good})):
        monkeypatch.setattr(submit_client.getpass, "getpass", lambda _, typed=typed: typed)
        submit_client.keep_token(site, "heldout_old" if code else None)
        found = CliRunner().invoke(group, ["queue", "dl", "--site", site])
        assert found.exit_code == code
        assert json.loads(submit_client.token_file().read_text()) == kept


def test_a_site_that_is_not_named_or_does_not_answer(home, monkeypatch):
    run = CliRunner().invoke
    assert "Name the site" in run(group, ["grades", "dl"]).output
    monkeypatch.setenv("HELDOUT_TOKEN", "heldout_secret")
    monkeypatch.setattr(submit_client.time, "sleep", lambda _seconds: None)
    found = run(group, ["grades", "dl", "--site", "http://127.0.0.1:9"])
    assert (found.exit_code, "does not answer" in found.output) == (3, True)
    plain = run(group, ["grades", "dl", "--site", "http://heldout.example.edu"])
    assert (plain.exit_code, "is not encrypted" in plain.output) == (2, True)
