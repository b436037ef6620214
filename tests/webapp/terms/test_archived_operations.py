"""No operation changes anything in an archived course, and neither does any work of a worker."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import webapp
from tests.webapp.graders import result
from tests.webapp.shared import SharedApplication
from tests.webapp.terms.changes import EVERY, WORK, World, open_everything
from tests.webapp.terms.two_courses import SECOND, dump
from webapp.audit.record import SiteActor
from webapp.gradebook import operations as gradebook
from webapp.grading.results import write_result
from webapp.models import Content, Course, CourseArchived, Job, RosterFile, SimilarityReport
from webapp.queue import jobs, lines
from webapp.similarity import work
from webapp.similarity.operations import SimilarityRefused
from webapp.terms.operations import WorkWaits, archive_course, take_back_course
from webapp.terms.queries import what_waits

ADMINISTRATOR = SiteActor(5)
# What concerns accounts, the site, or a course as a whole; and what only asks.
OF_NO_COURSE = {"accounts", "site", "administration", "terms", "api", "versions", "signing_in"}
ASKS = {
    *("similarity.open_reports", "similarity.stop_reports"),  # the second archives
    "submissions.refuse_unless_open",
    *("people.changed_fields", "people.invitation", "people.links_for", "roster.plan_of"),
    "roster.forget_old",  # of every course, whatever its state
    "people.note_invited",  # of accounts, not of a course
}
# Needs a folder of assignments: tried by its page, see test_archived_pages.py.
BY_ITS_PAGE = {"settings.add_assignment"}


def _operations() -> Iterator[str]:
    root = Path(webapp.__file__).parent
    for path in sorted(root.rglob("*operations.py")):
        topic = path.parent.name
        module = importlib.import_module(f"webapp.{topic}.{path.stem}")
        for name, found in inspect.getmembers(module, inspect.isfunction):
            ours = found.__module__ == module.__name__ and not name.startswith("_")
            if ours and topic not in OF_NO_COURSE:
                yield f"{topic}.{name}"


def test_every_operation_is_tried() -> None:
    assert set(_operations()) == set(EVERY) | ASKS | BY_ITS_PAGE


# Archiving itself stopped what these would have stopped.
STOPPED_BEFORE = {"queue.cancel_grading", "similarity.cancel_comparison", "roster.forget_file"}
# What is read is noted no more.
STOPPED_BEFORE |= {"handout.take"}


@pytest.fixture
def world(
    full_session: Session,
    full: sa.Engine,
    shared_application: SharedApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    session = full_session
    open_everything(session)
    session.add(Content(sha256="d" * 64, size=2, data=b"{}"))
    session.add(SimilarityReport(course_assignment_id=2))
    session.commit()
    monkeypatch.setattr(gradebook, "grades_in", lambda _: [])
    url = full.url.render_as_string(hide_password=False)
    with shared_application.over(url) as app, app.app_context():  # which makes links
        yield World(session)


# What is refused is found by foreign keys, which are the same in both databases.
@pytest.mark.parametrize("full", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(EVERY))
def test_an_operation_changes_a_course_until_it_is_archived(world: World, name: str) -> None:
    session = world.session
    before = dump(session.connection())
    session.rollback()
    archive_course(session, ADMINISTRATOR, world.get(Course), cancel_waiting=True)
    archived = dump(session.connection())
    session.rollback()
    with contextlib.suppress(SimilarityRefused) if name in STOPPED_BEFORE else _refused():
        EVERY[name](world)
    session.rollback()
    assert dump(session.connection()) == archived
    session.rollback()
    take_back_course(session, ADMINISTRATOR, world.get(Course))
    # What archiving stopped goes on as it was.
    for table, rows in before.items():
        if table in ("jobs", "similarity_reports", "submissions"):
            _put_back(session, table, rows)
    session.execute(sa.insert(RosterFile), [before["roster_files"][0]])
    session.commit()
    # Another course's end is none of this one's business.
    archive_course(session, ADMINISTRATOR, session.get_one(Course, SECOND), cancel_waiting=True)
    before = dump(session.connection())
    session.rollback()
    EVERY[name](world)
    assert dump(session.connection()) != before, "with these values it changes nothing anyway"


def _refused() -> contextlib.AbstractContextManager[object]:
    return pytest.raises(CourseArchived, match="nothing in it changes")


def _put_back(session: Session, table: str, rows: list[dict[str, object]]) -> None:
    from webapp.models import Base

    found = Base.metadata.tables[table]
    for row in rows:
        session.execute(sa.update(found).where(found.c.id == row["id"]).values(row))
    session.commit()


def _archived(world: World) -> dict[str, list[dict[str, object]]]:
    archive_course(world.session, ADMINISTRATOR, world.get(Course), cancel_waiting=True)
    found = dump(world.session.connection())
    world.session.rollback()
    return found


def _let_only_the_first_grade(world: World) -> None:
    world.get(Course).grading_paused_at = None
    world.session.execute(sa.update(Job).where(Job.id > 1000).values(state="done"))
    lines.stand_in_line(world.session)
    world.session.commit()


def test_what_waits_is_said_before_it_is_cancelled(world: World) -> None:
    before = dump(world.session.connection())
    world.session.rollback()
    with pytest.raises(WorkWaits, match="1 attempt waits to be graded and 1 comparison is being"):
        archive_course(world.session, ADMINISTRATOR, world.get(Course))
    assert dump(world.session.connection()) == before


def test_archiving_twice_and_taking_back_twice_do_nothing_more(world: World) -> None:
    session, course = world.session, world.get(Course)
    before = _archived(world)
    assert not archive_course(session, ADMINISTRATOR, course)
    assert dump(session.connection()) == before
    session.rollback()
    assert take_back_course(session, ADMINISTRATOR, course)
    assert not take_back_course(session, ADMINISTRATOR, course)


def test_a_course_that_was_taken_back_grades_again(world: World) -> None:
    _let_only_the_first_grade(world)
    _archived(world)
    take_back_course(world.session, ADMINISTRATOR, world.get(Course))
    assert jobs.claim(world.session, "worker") is None
    assert EVERY["queue.grade_again"](world)
    assert jobs.claim(world.session, "worker") is not None


def test_no_job_of_an_archived_course_is_claimed(world: World) -> None:
    session = world.session
    _let_only_the_first_grade(world)
    _archived(world)
    # Not even one that came between the two.
    session.execute(sa.update(Job).where(Job.id == 8).values(state="queued"))
    session.commit()
    assert jobs.claim(session, "worker") is None
    assert jobs.sweep(session) == 0


@pytest.mark.parametrize("end", ["result", "fault", "heartbeat", "progress", "sweep"])
def test_a_job_that_runs_meanwhile_ends_without_a_change(world: World, end: str) -> None:
    session = world.session
    _let_only_the_first_grade(world)
    held = jobs.claim(session, "worker")
    assert held is not None
    assert held.job_id == 8
    before = _archived(world)
    done = {
        "result": lambda: write_result(session, held, result()),
        "fault": lambda: jobs.fault(session, held, "It broke."),
        "heartbeat": lambda: jobs.heartbeat(session, held),
        "progress": lambda: jobs.note_progress(session, held, {"stage": "checks"}),
        "sweep": lambda: jobs.sweep(session),
    }[end]()
    assert not done
    session.rollback()
    assert dump(session.connection()) == before


def test_a_comparison_that_is_being_made_ends_without_a_change(world: World) -> None:
    session, engine = world.session, world.session.get_bind()
    session.rollback()
    changed: dict[str, object] = {}

    def release(_session: Session, _name: str) -> bytes:
        changed["before"] = _archived(world)
        return WORK

    assert isinstance(engine, sa.Engine)
    assert work.take_one(engine, "worker", release)
    assert dump(session.connection()) == changed["before"]
    session.rollback()
    assert not work.take_one(engine, "worker", release)


def test_jobs_of_a_regrade_can_be_queued_again_after_all(world: World) -> None:
    session = world.session
    session.execute(sa.update(Job).where(Job.id == 102).values(state="queued"))
    session.commit()
    _archived(world)
    assert session.get_one(Job, 102).state == "dead"
    assert not what_waits(session, 1)
    take_back_course(session, ADMINISTRATOR, world.get(Course))
    assert EVERY["regrades.retry_stopped"](world).count >= 1
