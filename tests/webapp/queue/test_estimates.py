"""How long those who wait still wait, by whose turn it is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.queue.crowd import Crowd
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.database import moment_of
from webapp.models import Job, Lane
from webapp.queue import estimates, workers
from webapp.queue.workers import Place


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


def _job(crowd: Crowd, submission: int) -> Job:
    return crowd.session.scalars(sa.select(Job).where(Job.submission_id == submission)).one()


def _ahead(crowd: Crowd, submission: int) -> int:
    return estimates.ahead_of(crowd.session, _job(crowd, submission)).jobs


def _seconds(crowd: Crowd, submission: int) -> float | None:
    job = _job(crowd, submission)
    ahead = estimates.ahead_of(crowd.session, job)
    return estimates.seconds_until_graded(crowd.session, job, ahead)


def _report(crowd: Crowd, slots: int, *, draining: bool = False, **seconds: float) -> None:
    place = Place("a", "host", slots, ("cpu", "gpu"))
    at = moment_of(crowd.session)
    workers.report(crowd.session, place, at=at, draining=draining, seconds=seconds)


def test_the_wait_is_what_is_ahead_shared_by_the_slots_that_live(crowd):
    crowd.hand_in("ann", "bob", "cyd", "dan")
    (mine,) = crowd.hand_in("eve")
    assert _ahead(crowd, mine) == 4
    assert _seconds(crowd, mine) is None
    _report(crowd, 2)
    assert _seconds(crowd, mine) is None
    _report(crowd, 2, **{ASSIGNMENT: 10.0})
    assert _seconds(crowd, mine) == pytest.approx(4 * 10 / 2 + 10)
    crowd.claim(1)
    assert _seconds(crowd, mine) == pytest.approx((3 * 10 + 5) / 2 + 10)
    _report(crowd, 2, draining=True, **{ASSIGNMENT: 10.0})
    assert _seconds(crowd, mine) is None


def test_a_flood_of_one_account_is_one_job_to_others_and_long_to_itself(crowd):
    flood = crowd.hand_in(*["flo"] * 50)
    (mine,) = crowd.hand_in("ann")
    _report(crowd, 4, **{ASSIGNMENT: 10.0})
    assert _ahead(crowd, mine) == 1
    assert _ahead(crowd, flood[-1]) == 50
    # Two of its own at a time, though there are four slots.
    assert _seconds(crowd, flood[-1]) == pytest.approx(49 * 10 / 2 + 10)


@pytest.mark.parametrize("which", range(7))
def test_what_is_said_to_be_ahead_is_what_goes_ahead_in_a_course(crowd, which):
    ids = crowd.hand_in("flo", "flo", "ann", "bob", "flo", "ann", "cyd")
    said = _ahead(crowd, ids[which])
    for before in range(len(ids)):
        crowd.one_after_the_other(1)
        if _job(crowd, ids[which]).state == "done":
            assert said == before
            return
    pytest.fail("it was never started")


def test_other_courses_take_turns_with_ones_own(crowd):
    crowd.hand_in(*(f"s{n}" for n in range(30)))
    crowd.hand_in("ann", "bob", course="other")
    (mine,) = crowd.hand_in("eve", course="other")
    assert _ahead(crowd, mine) == 2 + 3


def test_a_batch_is_ahead_of_few_and_behind_everyone(crowd):
    bulk = crowd.hand_in(*(f"b{n}" for n in range(40)), lane=Lane.BATCH)
    ids = crowd.hand_in(*(f"s{n}" for n in range(25)))
    assert _ahead(crowd, ids[0]) == 0
    assert _ahead(crowd, ids[-1]) == 24 + 24 // 8
    assert _ahead(crowd, bulk[1]) == 25 + 1
