"""Similarity reports: made beside the grading, read by instructors alone."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from tests.autograder.similarity.test_similarity import ORIGINAL, _renamed
from tests.webapp.graders import notebook
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.clock import now
from webapp.grading.release import NoRelease
from webapp.models import (
    AuditEntry,
    Course,
    CourseAssignment,
    ReportState,
    SimilarityReport,
    SimilarPair,
    Team,
    TeamMember,
    User,
)
from webapp.similarity import reports as similarity_reports
from webapp.similarity import work as similarity_work

PAGE = f"/courses/dl/staff/assignments/{ASSIGNMENT}/similarity"


def release(_session: object, _assignment: str) -> bytes:
    return notebook("x = 1")


@pytest.fixture
def compared(graded, auth, engine):
    """Ada's and Bob's notebooks, Bob's a copy, compared as an instructor asked for it."""
    graded("ada", data=notebook(ORIGINAL[:200]))
    graded("ada", data=notebook(ORIGINAL))
    graded("bob", data=notebook(_renamed(ORIGINAL), "y = '<b>2</b>'"))
    ina = auth.login("ina")
    assert ina.post(PAGE, {"attempts": "all"}).status_code == 303
    assert similarity_work.take_one(engine, "w", release)
    return ina


def test_a_report_ranks_pairs_and_shows_them_side_by_side(compared, session):
    page = compared.get(PAGE).text
    assert "Ada and Bob" in page
    assert "not a finding" in page
    (pair,) = session.scalars(sa.select(SimilarPair)).all()
    assert pair.figure > 0.7
    shown = compared.get(f"{PAGE}/pairs/{pair.id}").text
    assert 'id="left-1"' in shown
    assert 'href="#right-1"' in shown
    assert "Passage 1" in shown
    assert "&lt;b&gt;2&lt;/b&gt;" in shown
    assert compared.get(f"{PAGE}/pairs/{pair.id + 1}").status_code == 404
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == ["compare notebooks"]


def test_a_new_report_takes_the_place_of_the_last(compared, session, engine):
    assert compared.post(PAGE, {"attempts": "latest"}).status_code == 303
    assert compared.post(PAGE).status_code == 409
    assert "Waiting for a worker" in compared.get(PAGE).text
    assert compared.get(f"{PAGE}/status").status_code == 200
    assert similarity_work.take_one(engine, "w", release)
    assert compared.get(f"{PAGE}/status").status_code == 286
    (report,) = session.scalars(sa.select(SimilarityReport)).all()
    assert (report.state, report.done, report.total) == (ReportState.DONE, 2, 2)
    assert not similarity_work.take_one(engine, "w", release)


def test_a_cancelled_report_stops_where_it_is(compared, session, engine):
    compared.post(PAGE)

    def cancelled_meanwhile(_session: object, _assignment: str) -> bytes:
        assert compared.post(f"{PAGE}/cancel").status_code == 303
        return release("")

    assert similarity_work.take_one(engine, "w", cancelled_meanwhile)
    assert session.scalars(sa.select(SimilarityReport.state)).all() == [ReportState.CANCELLED]
    assert session.scalars(sa.select(SimilarPair)).all() == []
    assert compared.post(f"{PAGE}/cancel").status_code == 409
    assert "cancelled" in compared.get(PAGE).text


def _no_release(_session: object, _assignment: str) -> bytes:
    raise NoRelease("There is no release.")


def _breaks(_session: object, _assignment: str) -> bytes:
    raise RuntimeError("secret detail")


@pytest.mark.parametrize(
    ("broken", "sentence"), [(_no_release, "There is no release."), (_breaks, "a fault of ours")]
)
def test_a_report_that_fails_says_why(compared, engine, broken, sentence):
    compared.post(PAGE)
    assert similarity_work.take_one(engine, "w", broken)
    page = compared.get(PAGE).text
    assert sentence in page
    assert "secret detail" not in page


def test_what_a_dead_worker_left_is_made_by_another_and_in_the_end_given_up(
    compared, session, engine
):
    compared.post(PAGE)
    past = now() - 2 * similarity_work._LEASE
    died = {"state": ReportState.RUNNING, "owner": "dead", "lease_expires_at": past}
    session.execute(sa.update(SimilarityReport).values(**died))
    session.commit()
    assert similarity_work.take_one(engine, "w", release)
    report = session.scalars(sa.select(SimilarityReport)).one()
    assert report.state == ReportState.DONE
    old = {"created_at": past - similarity_work._GIVE_UP}
    session.execute(sa.update(SimilarityReport).values(**died, **old))
    session.commit()
    assert not similarity_work.take_one(engine, "w", release)
    session.refresh(report)
    assert report.state == ReportState.FAILED


def test_without_submissions_there_is_nothing_to_compare(auth):
    answer = auth.login("ina").post(PAGE)
    assert answer.status_code == 409
    assert "Nobody has submitted yet" in answer.text


def test_a_worker_takes_reports_until_it_is_told_to_stop(compared, session, engine, monkeypatch):
    compared.post(PAGE)
    monkeypatch.setattr("webapp.grading.release.released_notebook", release)
    monkeypatch.setattr(similarity_work, "_POLL_SECONDS", 0.01)
    stop = threading.Event()
    thread = threading.Thread(target=similarity_work.keep_taking, args=(engine, "w", stop))
    thread.start()
    try:
        while compared.get(f"{PAGE}/status").status_code != 286:
            pass
    finally:
        stop.set()
        thread.join()
    assert session.scalars(sa.select(SimilarityReport.state)).all() == [ReportState.DONE]


def test_a_report_names_pairs_in_few_statements(compared, session, engine):
    assignment = session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.assignment == ASSIGNMENT)
    ).first()
    report = similarity_reports.latest_report(session, assignment)
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    page = similarity_reports.pairs_of(session, report, page=1, rows=50)
    assert [(p.left.user.name, p.right.user.name) for p in page.pairs] == [("Ada", "Bob")]
    assert len(seen) == 3


def _team(session, name: str, *people: str, course: str = "dl") -> None:
    course_id = session.scalars(sa.select(Course.id).where(Course.slug == course)).one()
    team = Team(course_id=course_id, name=name, invitation_code=name)
    for user in session.scalars(sa.select(User).where(User.name.in_(people))):
        team.members.append(TeamMember(course_id=course_id, user_id=user.id))
    session.add(team)
    session.commit()


@pytest.mark.parametrize(
    ("teams", "same"),
    [
        ({"Red": ("Ada", "Bob")}, True),
        ({"Red": ("Ada",), "Blue": ("Bob",)}, False),
        ({"Red": ("Ada",)}, False),
        ({}, False),
    ],
)
def test_a_pair_of_one_team_is_marked_for_staff(compared, session, ask, teams, same):
    _team(session, "Both elsewhere", "Ada", "Bob", course="other")
    for name, people in teams.items():
        _team(session, name, *people)
    pair = session.scalars(sa.select(SimilarPair.id)).one()
    assert ("same team</span>" in compared.get(PAGE).text) == same
    assert ("Both are in the same team" in compared.get(f"{PAGE}/pairs/{pair}").text) == same
    (shown,) = ask("ina", "GET", f"/api/v1{PAGE}")[1]["pairs"]
    assert shown["same_team"] == same
