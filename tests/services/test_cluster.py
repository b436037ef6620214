"""Stories of several workers, with each broker and without one: nothing lost, nothing twice."""

from __future__ import annotations

import signal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import list_assignments
from tests.services.servers import Server
from webapp.models import CourseAssignment, Submission

HELDOUT = "from autograder.cli import main; main()"


@pytest.fixture(params=["redis", "rabbitmq"])
def a_broker(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["redis", "rabbitmq", "none"])
def broker_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "none" else request.getfixturevalue(request.param).url


def test_what_is_handed_in_is_graded(cluster_with, broker_url):
    cluster = cluster_with(broker_url)
    ids = cluster.hand_in("a", "b")
    cluster.worker()
    ids += cluster.hand_in("c", "d")
    cluster.wait_until_graded(ids)
    assert cluster.results() == dict.fromkeys(ids, 1)


def test_two_workers_never_grade_a_submission_twice(cluster_with, broker_url):
    cluster = cluster_with(broker_url)
    ids = cluster.hand_in(*(f"x = {n}" for n in range(20)))
    cluster.worker()
    cluster.worker()
    ids += cluster.hand_in(*(f"y = {n}" for n in range(20)))
    cluster.wait_until_graded(ids)
    graded = [line.partition(" ")[2] for line in cluster.began()]
    assert len(graded) == len(set(graded)) == 40
    assert cluster.results() == dict.fromkeys(ids, 1)


def test_one_account_never_holds_every_slot(cluster_with, broker_url):
    """Its messages lie first in the broker, and say only that there is work."""
    cluster = cluster_with(broker_url)
    flood = cluster.hand_in(*(f"wait {n}" for n in range(12)))
    cluster.worker()
    cluster.wait(lambda: len(cluster.began()) == 1, "the worker did not begin")
    others = cluster.hand_in("a", "b", name="Bob")
    cluster.wait_until_graded(others)
    assert sorted(cluster.states(flood)) == ["queued"] * 11 + ["running"]
    (cluster.folder / "go").touch()
    cluster.wait_until_graded(flood)
    assert cluster.results() == dict.fromkeys(flood + others, 1)


def test_with_one_slot_the_next_start_is_anothers(cluster_with, broker_url):
    cluster = cluster_with(broker_url)
    flood = cluster.hand_in(*(f"wait {n}" for n in range(12)))
    cluster.worker(slots=1)
    cluster.wait(lambda: len(cluster.began()) == 1, "the worker did not begin")
    others = cluster.hand_in("of bob", name="Bob")
    (cluster.folder / "go").touch()
    cluster.wait_until_graded(flood + others)
    assert "of bob" in cluster.began()[1]


def test_what_a_killed_worker_held_is_finished_by_another_once(cluster_with, broker_url):
    cluster = cluster_with(broker_url)
    ids = cluster.hand_in("wait")
    first = cluster.worker()
    cluster.wait(lambda: len(cluster.began()) == 1, "the first worker did not begin")
    first.kill()
    first.wait()
    cluster.expire_leases()
    cluster.worker()
    (cluster.folder / "go").touch()
    cluster.wait(lambda: cluster.states(ids) == ["queued"], "the lease was not swept up")
    cluster.end_pauses()
    cluster.wait_until_graded(ids)
    assert len(cluster.began()) == 2
    assert cluster.results() == {ids[0]: 1}


def test_a_worker_told_to_end_finishes_what_it_holds(cluster_with, broker_url):
    cluster = cluster_with(broker_url)
    ids = cluster.hand_in("wait")
    worker = cluster.worker()
    cluster.wait(lambda: len(cluster.began()) == 1, "the worker did not begin")
    worker.send_signal(signal.SIGTERM)
    waiting = cluster.hand_in("another")
    (cluster.folder / "go").touch()
    worker.wait(60)
    assert (cluster.states(ids), cluster.states(waiting)) == (["graded"], ["queued"])


def test_a_broker_that_dies_loses_nothing(cluster_with, a_broker):
    """It is killed while work waits and while a worker listens; uploads are taken meanwhile."""
    cluster = cluster_with(a_broker.url)
    ids = cluster.hand_in("a", "b", "wait")
    cluster.worker()
    cluster.wait(lambda: len(cluster.began()) == 3, "the worker did not begin")
    a_broker.kill()
    ids += cluster.hand_in("c", "d")
    (cluster.folder / "go").touch()
    a_broker.start()
    ids += cluster.hand_in("e")
    cluster.wait_until_graded(ids)
    assert cluster.results() == dict.fromkeys(ids, 1)


def test_a_real_worker_grades_in_its_sandbox_through_a_broker(cluster_with, redis):
    """`heldout worker`, with nothing faked: the solved source gets every automatic point."""
    cluster = cluster_with(redis.url)
    assignment = list_assignments()[0]
    with Session(cluster.engine) as session:
        session.execute(sa.update(CourseAssignment).values(assignment=assignment.id))
        session.commit()
    ids = cluster.hand_in_file(assignment.notebook_path.read_bytes())
    worker = cluster.worker("-c", HELDOUT, "worker", "--workers", "1")
    cluster.wait_until_graded(ids)
    with Session(cluster.engine) as session:
        score = session.get_one(Submission, ids[0]).auto_score
    assert score == sum(question.points for question in assignment.auto_questions)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
