"""A copy of a course takes how it is taught, and nobody's work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.terms.two_courses import ROWS, dump
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.audit.record import SiteActor
from webapp.base.clock import local
from webapp.models import (
    AuditEntry,
    Base,
    BoardState,
    Course,
    CourseAssignment,
    Leaderboard,
    LeaderboardEntry,
)
from webapp.models.belonging import course_of, ways
from webapp.terms import copying
from webapp.terms.operations import copy_course
from webapp.terms.weeks import Move

ADMINISTRATOR = SiteActor(5)
TAKES = {
    *("courses", "course_assignments", "result_visibility", "reading_rubrics", "reading_rules"),
    *("paper_lists", "proposal_examples", "bank_comments", "message_templates", "leaderboards"),
}
# Why a copy has none of these.
LEAVES = {
    "people": {"enrolments", "former_enrolments"},
    "their work": {
        *("submissions", "jobs", "results", "question_scores", "check_failures", "manual_grades"),
        *("teams", "team_members", "proposals", "slides", "paper_reviews", "review_drafts"),
        *("score_overrides", "regrade_requests", "student_notes", "extensions", "taken_releases"),
        *(
            "queue_lines",
            "used_room",
            "leaderboard_entries",
            "presentation_places",
            "readers",
            "readings",
        ),
    },
    "what staff did with it": {
        *("regrades", "regrade_items", "bulk_imports", "import_items", "roster_files"),
        *("similarity_reports", "similar_pairs", "audit_entries"),
    },
    "news of that term": {"announcements"},
}


def _new(slug: str = "next", starts: str = "2027-06-09", **more: str) -> Any:
    typed = TypedCourse(slug, "Deep Learning II", "Fall", "America/New_York", starts_on=starts)
    return read_course(TypedCourse(**{**vars(typed), **more}))


def _copied(session: Session, starts: str = "2027-06-09") -> tuple[Course, Course]:
    old = session.get_one(Course, 1)
    made = copy_course(session, ADMINISTRATOR, old, _new(starts=starts))
    return old, made.course


def test_every_table_says_whether_a_copy_takes_it() -> None:
    left = set().union(*LEAVES.values())
    assert not TAKES & left
    assert {"courses", *ways()} == TAKES | left
    assert {table.__tablename__ for table in copying.TAKEN} == TAKES


def test_a_copy_has_rows_only_where_it_takes_them(full_session: Session) -> None:
    _, new = _copied(full_session)
    found = {"courses"}
    for name, way in ways().items():
        has = sa.select(Course.id).where(course_of(name, sa.select(way)), Course.id == new.id)
        if full_session.scalar(has) is not None:
            found.add(name)
    assert found == TAKES | {"audit_entries"}  # that it was copied


def test_everything_else_stays_as_it_was(full_session: Session) -> None:
    before = dump(full_session.connection())
    full_session.commit()
    _copied(full_session)
    after = dump(full_session.connection())
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows or all(row in after[name] for row in rows), name


KEPT = {
    CourseAssignment: {
        *("assignment", "title", "points", "points_in_total", "position", "grace_minutes"),
        *("late_penalty", "attempt_limit", "pause_minutes", "waiting_limit", "counting"),
    },
    Course: {"page", "pass_rule", "late_days", "student_room_mb", "room_mb"},
}
MOVED = {
    CourseAssignment: {"opens_at", "due_at", "cut_off_at"},
    Course: {"groups_due_at", "slides_due_at", "presentations_at", "reviews_due_at"},
}
OWN = {
    CourseAssignment: {"id", "course_id", "retired_at"},
    Course: {
        *("id", "slug", "title", "term", "time_zone", "starts_on", "created_at"),
        *("archived_at", "written_scores_published_at", "grading_paused_at"),
    },
}


@pytest.mark.parametrize("table", [Course, CourseAssignment])
def test_every_column_says_what_a_copy_does_with_it(full_session: Session, table: type) -> None:
    columns = {each.key for each in sa.inspect(table).column_attrs}
    assert columns == KEPT[table] | MOVED[table] | OWN[table]
    old, new = _copied(full_session)
    if table is CourseAssignment:
        old, new = old.assignments[0], new.assignments[0]
    for key in KEPT[table]:
        assert getattr(new, key) == getattr(old, key), key
    for key in MOVED[table]:
        # From the week of 16 November to that of 7 June; no clocks change between the two days.
        was, now = getattr(old, key), getattr(new, key)
        assert (was is None) == (now is None)
        if was is not None:
            zone = "America/New_York"
            moved = local(now, zone).replace(tzinfo=None) - local(was, zone).replace(tzinfo=None)
            assert moved == date(2027, 6, 7) - date(2026, 11, 16)


def test_a_rule_for_results_comes_along_unpublished(full_session: Session) -> None:
    _, new = _copied(full_session)
    rows = Base.metadata.tables["result_visibility"]
    number = new.assignments[0].id
    found = full_session.execute(
        sa.select(rows.c.rule, rows.c.published_at).where(rows.c.course_assignment_id == number)
    ).one()
    assert tuple(found) == ("published", None)


def test_a_leaderboard_comes_along_closed_and_empty(full_session: Session) -> None:
    old, new = _copied(full_session)
    theirs = full_session.get_one(Leaderboard, old.assignments[0].id)
    assert theirs.state == BoardState.FINAL
    ours = full_session.get_one(Leaderboard, new.assignments[0].id)
    assert (ours.state, ours.opened_at, ours.revealed_at) == (BoardState.CLOSED, None, None)
    entries = sa.select(LeaderboardEntry).where(
        LeaderboardEntry.course_assignment_id == new.assignments[0].id
    )
    assert full_session.scalars(entries).all() == []
    # Where there was none, there is none.
    assert full_session.get(Leaderboard, new.assignments[1].id) is None


def test_rubrics_come_along_with_their_assignments(full_session: Session) -> None:
    old, new = _copied(full_session)
    numbers = dict(zip((a.id for a in old.assignments), new.assignments, strict=True))
    wanted = [
        (row["kind"], row["question"], row["content"])
        + ((numbers[row["course_assignment_id"]].id,) if row["course_assignment_id"] else (None,))
        for row in ROWS["reading_rubrics"]
    ]
    rows = Base.metadata.tables["reading_rubrics"].c
    chosen = sa.select(rows.kind, rows.question, rows.content, rows.course_assignment_id)
    found = full_session.execute(chosen.where(rows.course_id == new.id).order_by(rows.id))
    assert [tuple(row) for row in found] == wanted


def test_a_retired_assignment_stays_behind_with_its_rubrics(full_session: Session) -> None:
    first = full_session.get_one(CourseAssignment, 1)
    first.retired_at = first.due_at
    full_session.commit()
    _, new = _copied(full_session)
    assert [item.assignment for item in new.assignments] == ["a02_other"]
    rows = Base.metadata.tables["reading_rubrics"].c
    chosen = sa.select(rows.course_assignment_id).where(rows.course_id == new.id)
    assert set(full_session.scalars(chosen)) <= {None, new.assignments[0].id}


def test_without_a_first_day_times_stay_empty(full_session: Session) -> None:
    _, new = _copied(full_session, starts="")
    times = [getattr(new, key) for key in MOVED[Course]]
    times += [getattr(a, key) for a in new.assignments for key in MOVED[CourseAssignment]]
    assert set(times) == {None}
    assert new.starts_on is None


def test_a_course_without_a_first_day_cannot_be_counted_from(full_session: Session) -> None:
    full_session.get_one(Course, 1).starts_on = None
    full_session.commit()
    with pytest.raises(CourseRefused, match="dl has no first day"):
        _copied(full_session)
    _copied(full_session, starts="")


def test_a_short_name_that_is_taken_makes_nothing(full_session: Session) -> None:
    before = dump(full_session.connection())
    full_session.commit()
    with pytest.raises(CourseRefused, match="There is a course 'other' already"):
        copy_course(full_session, ADMINISTRATOR, full_session.get_one(Course, 1), _new("other"))
    assert dump(full_session.connection()) == before


def test_the_log_says_of_what_it_is_a_copy(full_session: Session) -> None:
    _, new = _copied(full_session)
    entry = full_session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.course_id, entry.detail["from"]) == ("copy course", new.id, "dl")


def _moved(text: str, began: str, begins: str, zone: str = "America/New_York") -> str:
    from zoneinfo import ZoneInfo

    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    move = Move(date.fromisoformat(began), date.fromisoformat(begins), zone)
    found = move.of(wall)
    assert found is not None
    return f"{local(found, zone):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "begins", "expected"),
    [
        # Friday of the second week stays that, in winter time and in summer time.
        ("2026-09-18T17:00", "2027-01-11", "Fri 2027-01-22 17:00"),
        ("2026-11-20T23:59", "2027-01-11", "Fri 2027-03-26 23:59"),
        # A term that begins on another weekday begins in that week.
        ("2026-09-18T17:00", "2027-01-13", "Fri 2027-01-22 17:00"),
        # On the Sunday in March on which there is no 2:30 it is 3:30.
        ("2026-11-08T02:30", "2027-01-11", "Sun 2027-03-14 03:30"),
        # Before the first day.
        ("2026-08-31T09:00", "2027-01-11", "Mon 2027-01-04 09:00"),
    ],
)
def test_times_keep_week_weekday_and_clock(text: str, begins: str, expected: str) -> None:
    assert _moved(text, "2026-09-07", begins) == expected
