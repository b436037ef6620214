"""Workers that have something else than the site: they leave its work to others, and staff see."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import Assignment
from tests.webapp.assignments.folders import folder_at, put_in_use
from tests.webapp.graders import StandInPool, notebook
from tests.webapp.sample_course import ASSIGNMENT
from webapp.assignments import here, version_folders
from webapp.base.database import moment_of
from webapp.grading.worker import Worker
from webapp.models import AssignmentVersion, Job, JobState, Submission, SubmissionState, WorkerRow
from webapp.queue import jobs, workers
from webapp.queue.mixed import nobody_has, odd_ones
from webapp.queue.workers import Place
from webapp.rendering.prepared import Renderings
from webapp.rendering.shelf import RENDERINGS, Shelf
from webapp.service import web

QUEUE = "/courses/dl/staff/queue"


@pytest.fixture(autouse=True)
def placed(tmp_path: Path, monkeypatch) -> Path:
    """The shared folder of the machine that the test is on now; it holds the assignment."""
    monkeypatch.setenv("HELDOUT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(version_folders, "_looked_at", set())
    folder_at(tmp_path / "here", ASSIGNMENT)
    folder_at(tmp_path / "elsewhere", ASSIGNMENT, check="older")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "here"))
    return tmp_path / "here"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """From now on the test is on another machine, whose folder differs."""

    def move() -> None:
        monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "elsewhere"))
        monkeypatch.setenv("HELDOUT_DATA", str(tmp_path / "their data"))
        monkeypatch.setattr(version_folders, "_looked_at", set())

    return move


@pytest.fixture
def handed_in(auth, session) -> Submission:
    auth.login("ada").submit(notebook("x = 1"))
    return session.scalars(sa.select(Submission)).one()


class Seeing(StandInPool):
    """Notes by what it was asked to grade."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str | Assignment] = []

    def grade(self, assignment_id, data, *, submission="", on_progress=None):
        self.asked.append(assignment_id)
        return super().grade(assignment_id, data, submission=submission, on_progress=on_progress)


def run(engine, pool: StandInPool | None = None) -> StandInPool:
    pool = pool or Seeing()
    Worker(engine, pool, poll_seconds=0.01).run(threading.Event(), drain=True)
    return pool


def test_a_worker_whose_folder_differs_leaves_the_work_to_one_that_has_it(
    engine, session, handed_in, elsewhere, placed, monkeypatch
):
    workers.say_what_the_site_has(session, moment_of(session))
    elsewhere()
    assert run(engine).calls == 0
    session.refresh(handed_in)
    job = session.scalars(sa.select(Job)).one()
    assert (handed_in.state, job.state) == (SubmissionState.QUEUED, JobState.QUEUED)
    assert (job.faults, job.lease_owner) == (0, None)
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(placed))
    assert run(engine).calls == 1
    session.refresh(handed_in)
    assert handed_in.state == SubmissionState.GRADED


def test_a_worker_without_the_folder_leaves_it_too(engine, session, handed_in, monkeypatch):
    workers.say_what_the_site_has(session, moment_of(session))
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", "/nowhere")
    assert run(engine).calls == 0


def test_what_a_changed_folder_of_the_site_says_is_graded_again(
    engine, session, handed_in, placed, monkeypatch
):
    """On one machine a folder may be edited at any time: the site says so, and work goes on."""
    workers.say_what_the_site_has(session, moment_of(session))
    with (placed / ASSIGNMENT / "checks.py").open("a", encoding="utf-8") as checks:
        checks.write("\nEDITED = True\n")
    assert run(engine).calls == 0
    workers.say_what_the_site_has(session, moment_of(session))
    assert run(engine).calls == 1


def test_every_machine_takes_the_sites_version_from_the_database(
    engine, session, handed_in, tmp_path, elsewhere
):
    found = put_in_use(session, folder_at(tmp_path / "brought", ASSIGNMENT, check="new"))
    workers.say_what_the_site_has(session, moment_of(session))
    elsewhere()
    pool = run(engine, Seeing())
    (asked,) = pool.asked
    assert (
        asked.folder == tmp_path / "their data" / "assignment-versions" / found.digest / ASSIGNMENT
    )
    assert "new" in asked.checks_path.read_text(encoding="utf-8")


def test_a_worker_that_cannot_have_the_sites_version_leaves_the_work(
    engine, session, handed_in, tmp_path, elsewhere
):
    put_in_use(session, folder_at(tmp_path / "brought", ASSIGNMENT, check="new"))
    session.execute(sa.update(AssignmentVersion).values(archive=b"lost"))
    session.commit()
    elsewhere()
    assert run(engine).calls == 0
    assert session.scalars(sa.select(Job.state)).all() == [JobState.QUEUED]


def test_other_assignments_of_such_a_worker_go_on(session, handed_in):
    assert jobs.claim(session, "w", without=[ASSIGNMENT]) is None
    assert jobs.claim(session, "w", without=["a02_other"]) is not None


def test_the_site_says_only_what_is_new(session):
    at = moment_of(session)
    workers.say_what_the_site_has(session, at)
    workers.say_what_the_site_has(session, at + timedelta(seconds=5))
    assert session.get_one(WorkerRow, here.SITE).seen_at == at
    workers.say_what_the_site_has(session, at + timedelta(minutes=11))
    assert session.get_one(WorkerRow, here.SITE).seen_at == at + timedelta(minutes=11)


def test_the_web_process_says_what_it_has(session, engine, monkeypatch, tmp_path):
    def again(engine, work, **_when) -> None:
        with Session(engine) as its_own:
            work(its_own)

    monkeypatch.setattr(web, "again", again)
    web.do_beside(engine, Renderings(Shelf(tmp_path / RENDERINGS), threads=16))
    assert set(here.versions_of_site(session)) == {ASSIGNMENT}
    assert "files" in here.versions_of_site(session)[ASSIGNMENT]


def report(session, host: str, *, files: str = "f1", grader: str = "1+aa", fault: str = "") -> None:
    said = {"fault": fault} if fault else {"files": files, "grader": grader}
    workers.report(
        session,
        Place(host, host, 2, ("cpu",)),
        at=moment_of(session),
        versions={ASSIGNMENT: said, "a99_secret": {"files": "f1", "grader": host}},
    )


def odd(session, site: dict[str, dict[str, str]] | None = None) -> list[str]:
    return odd_ones(site or {}, workers.live(session, moment_of(session)), [ASSIGNMENT])


def test_one_sentence_names_the_odd_one(session):
    for host in ("ant", "bee"):
        report(session, host)
    assert odd(session) == []
    report(session, "cow", grader="1+bb")
    (sentence,) = odd(session)
    assert sentence.startswith(f"cow grades {ASSIGNMENT} as 1+bb")
    report(session, "cow", files="f2", grader="1+bb")
    assert odd(session)[0].startswith(f"cow has other files of {ASSIGNMENT} than the site")
    report(session, "cow", fault="{secret} /a/path")
    assert odd(session)[0].startswith(f"cow leaves {ASSIGNMENT} to other workers")
    assert "/a/path" not in odd(session)[0]


def test_the_sites_own_version_decides_whatever_most_workers_have(session):
    for host in ("ant", "bee"):
        report(session, host)
    report(session, "cow", files="f2", grader="1+bb")
    site = {ASSIGNMENT: {"files": "f2", "grader": "1+bb"}}
    assert [sentence[:3] for sentence in odd(session, site)] == ["ant", "bee"]


def test_staff_see_which_worker_differs_and_that_nobody_has_it(auth, ask, session, handed_in):
    workers.say_what_the_site_has(session, moment_of(session))
    report(session, "ant", files="f2")
    page = auth.login("gil").get(QUEUE).text
    assert f"ant has other files of {ASSIGNMENT} than the site" in page
    assert f"Work of {ASSIGNMENT} waits, and no worker has it" in page
    assert "a99_secret" not in page
    assert page.count('<th scope="row">ant</th>') == 1
    _, answer = ask("gil", "GET", f"/api/v1{QUEUE}")
    assert answer["workers"][0]["versions"] == {ASSIGNMENT: "1+aa"}
    assert len(answer["mixed"]) == 1
    site = here.versions_of_site(session)
    report(session, "bee", files=site[ASSIGNMENT]["files"], grader=site[ASSIGNMENT]["grader"])
    assert "no worker has it" not in auth.login("gil").get(QUEUE).text


def test_an_earlier_worker_that_says_nothing_is_not_taken_for_a_stranger(session):
    workers.report(session, Place("old", "old", 2, ("cpu",)), at=moment_of(session))
    live = workers.live(session, moment_of(session))
    assert odd_ones({ASSIGNMENT: {"files": "f", "grader": "g"}}, live, [ASSIGNMENT]) == []
    assert nobody_has(live, {ASSIGNMENT}, {ASSIGNMENT: {"files": "f"}}) == []
