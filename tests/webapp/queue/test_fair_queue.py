"""Shares: no account holds every slot, accounts and courses take turns, batches wait and get on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.webapp.queue.crowd import Crowd
from webapp.base.database import moment_of
from webapp.courses.erasing import erase
from webapp.models import Course, Job, JobState, Lane, QueueLine, Submission, User
from webapp.queue import jobs, shares
from webapp.queue.stopping import stop_all

ASSIGNMENT = "a02_other"


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


def test_a_share_is_half_the_slots_and_never_all_of_several():
    assert [shares.share_of(slots) for slots in (0, 1, 2, 3, 4, 8)] == [1, 1, 1, 2, 2, 4]
    assert all(shares.share_of(slots) < slots for slots in range(2, 100))


def test_with_fifty_of_one_account_waiting_anothers_first_starts_at_once(crowd):
    crowd.hand_in(*["flo"] * 50)
    assert [crowd.claim(2) for _ in range(3)] == ["flo", "flo", ""]
    crowd.hand_in("bob")
    assert [crowd.claim(2) for _ in range(2)] == ["bob", ""]


def test_with_one_slot_the_next_start_is_anothers(crowd):
    crowd.hand_in(*["flo"] * 50)
    assert crowd.claim(1) == "flo"
    crowd.hand_in("bob", "cyd")
    crowd.end("flo")
    assert crowd.one_after_the_other(4) == ["bob", "cyd", "flo", "flo"]


def test_those_with_one_attempt_each_go_in_the_order_in_which_they_came(crowd):
    crowd.hand_in("ann", "bob")
    crowd.one_after_the_other(2)
    crowd.hand_in("zoe", "bob", "ann", "cyd")
    assert crowd.one_after_the_other(4) == ["zoe", "bob", "ann", "cyd"]


def test_who_has_several_has_one_place_in_the_line(crowd):
    crowd.hand_in("flo", "flo", "flo", "ann", "bob", "ann")
    assert crowd.one_after_the_other(6) == ["flo", "ann", "bob", "flo", "ann", "flo"]


def test_several_assignments_and_courses_give_an_account_no_second_share(crowd):
    crowd.hand_in("flo", "flo")
    crowd.hand_in("flo", "flo", assignment=ASSIGNMENT)
    crowd.hand_in("flo", "flo", course="other")
    crowd.hand_in("flo", course="other", queue="gpu")
    crowd.hand_in("bob", "cyd")
    assert [crowd.claim(1) for _ in range(4)] == ["flo", "bob", "cyd", ""]


def test_courses_take_turns_whatever_each_has_waiting(crowd):
    crowd.hand_in(*(f"s{n}" for n in range(20)))
    crowd.one_after_the_other(3)
    crowd.hand_in("eve", "fay", course="other")
    found = crowd.one_after_the_other(5)
    assert [name[0] for name in found] == ["e", "s", "f", "s", "s"]


def test_a_batch_waits_behind_students_and_gets_on_all_the_same(crowd):
    crowd.hand_in(*(f"b{n}" for n in range(5)), lane=Lane.BATCH)
    crowd.hand_in(*(f"s{n}" for n in range(40)))
    found = "".join(name[0] for name in crowd.one_after_the_other(36))
    assert found.count("b") == 36 // (shares.BATCH_AFTER + 1)
    assert found.startswith("s" * shares.BATCH_AFTER)


def test_a_batch_may_hold_every_slot_where_nobody_else_waits(crowd):
    crowd.hand_in(*["ann"] * 4, lane=Lane.BATCH)
    assert [crowd.claim(1) for _ in range(4)] == ["ann"] * 4
    crowd.hand_in("ann")
    assert crowd.claim(1) == "ann"


def test_a_worker_that_lacks_an_assignment_goes_on_with_others(crowd):
    crowd.hand_in("ann", "bob", assignment=ASSIGNMENT)
    crowd.hand_in("cyd")
    assert [crowd.claim(1, without=[ASSIGNMENT]) for _ in range(2)] == ["cyd", ""]
    assert crowd.claim(1) == "ann"


def test_what_a_worker_leaves_to_others_keeps_its_place(crowd):
    crowd.hand_in("ann", "bob")
    assert crowd.claim(1) == "ann"
    (claim,) = crowd.held.values()
    assert jobs.leave_to_others(crowd.session, claim)
    assert crowd.claim(1) == "ann"


def test_a_pause_after_a_fault_holds_back_no_other_work(crowd):
    crowd.hand_in("ann", "ann", "bob")
    assert crowd.claim(1) == "ann"
    (claim,) = crowd.held.values()
    jobs.fault(crowd.session, claim, "broken")
    assert sorted(crowd.claim(1) for _ in range(2)) == ["ann", "bob"]
    assert crowd.claim(1) == ""


def test_a_paused_course_costs_others_nothing(crowd):
    crowd.flood(200, 1)
    crowd.course("dl").grading_paused_at = moment_of(crowd.session)
    crowd.hand_in("eve", course="other")
    assert [crowd.claim(1) for _ in range(2)] == ["eve", ""]


def test_claims_at_once_never_exceed_a_share_and_start_nothing_twice(engine, crowd):
    crowd.hand_in(*["flo"] * 12)
    crowd.hand_in(*["flo"] * 12, assignment=ASSIGNMENT)
    crowd.hand_in(*(f"s{n}" for n in range(20)))
    taken: list[jobs.Claim] = []
    together = threading.Barrier(6)

    def claim_all(owner: str) -> None:
        with Session(engine) as session:
            together.wait()
            while claim := jobs.claim(session, owner, shares={"cpu": 3}):
                taken.append(claim)

    threads = [threading.Thread(target=claim_all, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({claim.job_id for claim in taken}) == len(taken)
    rows = crowd.session.execute(
        sa.select(Submission.user_id, sa.func.count())
        .join(Job, Job.submission_id == Submission.id)
        .where(Job.state == JobState.RUNNING)
        .group_by(Submission.user_id)
    )
    held = Counter(dict(rows.all()))
    assert held.pop(crowd.people["flo"]) == 3
    assert set(held.values()) == {1}
    assert len(held) == 20


def test_handing_in_claiming_and_ending_at_once_leave_nothing_behind(engine, crowd):
    names = ["flo", "flo", "ann", "bob"]
    item, people = crowd.assignment().id, [crowd.person(name) for name in names]
    crowd.hand_in(*names)
    crowd.session.commit()
    errors: list[Exception] = []
    done: list[int] = []

    def work(owner: str) -> None:
        give_up = time.monotonic() + 60
        while len(done) < 4 + 40 and time.monotonic() < give_up:
            try:
                with Session(engine) as session:
                    claim = jobs.claim(session, owner, shares={"cpu": 1})
                    if claim is None:
                        time.sleep(0.002)
                        continue
                    assert jobs.release_as_done(session, claim)
                    jobs.give_back_share(session, claim)
                    session.commit()
                    done.append(claim.job_id)
            except Exception as error:
                errors.append(error)

    def hand_in(number: int) -> None:
        try:
            for attempt in range(10):
                with Session(engine) as session:
                    submission = Submission(
                        **{"course_assignment_id": item, "user_id": people[number]},
                        **{"attempt": 100 * number + attempt + 10, "filename": "w", "size": 2},
                        **{"sha256": "0" * 64, "digest": ""},
                    )
                    session.add(submission)
                    session.flush()
                    jobs.enqueue(session, submission, Lane.INTERACTIVE)
                    session.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(3)]
    threads += [threading.Thread(target=hand_in, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (len(done), len(set(done)), crowd.waiting()) == (44, 44, 0)


def test_what_was_cancelled_leaves_the_line_and_may_come_back(crowd):
    crowd.hand_in("ann", "bob")
    stop_all(crowd.session, crowd.course("dl").id)
    assert crowd.session.scalars(sa.select(QueueLine.ticket)).all() == [None, None]
    job = crowd.session.scalars(sa.select(Job).order_by(Job.id)).first()
    assert jobs.retry(crowd.session, job.id, job.submission_id)
    crowd.session.commit()
    assert [crowd.claim(1) for _ in range(2)] == ["ann", ""]


def test_what_an_earlier_heldout_queued_is_found(crowd):
    crowd.hand_in("ann")
    crowd.session.execute(sa.update(Job).values(line_id=None))
    crowd.session.execute(sa.delete(QueueLine))
    crowd.session.commit()
    assert crowd.claim(1) == ""
    jobs.sweep(crowd.session)
    assert crowd.claim(1) == "ann"


class _Statements:
    """What an engine is asked meanwhile."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.asked: list[tuple[str, object]] = []

    def __enter__(self) -> list[tuple[str, object]]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self.asked

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _u: object, statement: str, values: object, *_: object) -> None:
        self.asked.append((statement, values))


def _seconds(crowd: Crowd, starts: int = 30) -> float:
    taken = []
    for _ in range(starts):
        began = time.perf_counter()
        assert crowd.claim(2)
        taken.append(time.perf_counter() - began)
        crowd.end(_running_of(crowd))
    return sorted(taken)[starts // 2]


def _running_of(crowd: Crowd) -> str:
    (number,) = crowd.held
    row = crowd.session.execute(
        sa.select(User.id, User.name)
        .join(Submission, Submission.user_id == User.id)
        .where(Submission.id == number)
    ).one()
    crowd.people[row.name] = row.id
    return row.name


def test_a_pick_costs_no_more_with_ten_thousand_waiting(engine, crowd):
    crowd.flood(10, 5)
    with _Statements(engine) as few:
        crowd.claim(2)
    crowd.end(_running_of(crowd))
    before = _seconds(crowd)
    crowd.flood(1000, 9, course="other")
    crowd.flood(1, 1000, course="third")
    if engine.dialect.name == "postgresql":
        crowd.session.execute(sa.text("ANALYZE"))
        crowd.session.commit()
    assert crowd.waiting() > 9_900
    with _Statements(engine) as many:
        crowd.claim(2)
    crowd.end(_running_of(crowd))
    assert len(many) == len(few)
    assert _seconds(crowd) < 5 * before


def test_a_pick_follows_indexes_past_a_thousand_lines_that_may_not_go(engine, crowd):
    crowd.flood(1, 3000)
    crowd.flood(1000, 1, course="other")
    crowd.flood(1000, 1, course="third")
    crowd.course("third").grading_paused_at = moment_of(crowd.session)
    crowd.session.commit()
    if engine.dialect.name == "postgresql":
        crowd.session.execute(sa.text("ANALYZE"))
        crowd.session.commit()
    with _Statements(engine) as asked:
        crowd.claim(1)
    picks = [each for each in asked if each[0].startswith("SELECT") and "ticket" in each[0]]
    assert len(picks) == 2
    for statement, values in picks:
        how = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        with engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(how + statement, values)]
        scanned = [line for line in plan if "SCAN jobs" in line or "SCAN queue_lines" in line]
        scanned += [line for line in plan if "Seq Scan on jobs" in line]
        scanned += [line for line in plan if "Seq Scan on queue_lines" in line]
        assert not scanned, "\n".join(plan)


def test_a_dead_workers_job_holds_its_share_until_it_is_swept(crowd):
    crowd.hand_in("flo", "flo")
    assert crowd.claim(1, lease=timedelta(seconds=-1)) == "flo"
    assert crowd.claim(1) == ""
    assert jobs.sweep(crowd.session) == 1
    assert crowd.claim(1) == "flo"


def test_a_course_that_is_deleted_takes_its_lines_along(crowd):
    crowd.hand_in("ann", course="third")
    erase(crowd.session, crowd.course("third"))
    crowd.session.commit()
    assert crowd.session.scalar(sa.select(sa.func.count(QueueLine.id))) == 0
    assert crowd.session.scalar(sa.select(Course.id).where(Course.slug == "third")) is None
