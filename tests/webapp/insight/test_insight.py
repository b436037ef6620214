"""What staff learn about a class: failures grouped, times against the due time, who is at risk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from autograder.results import CheckResult, Verdict
from tests.webapp.graders import notebook, result
from webapp.base.clock import now
from webapp.base.timeline import timeline
from webapp.grading import failures
from webapp.models import CheckFailure, Course, CourseAssignment, Extension, Submission, User
from webapp.scoring.counting import recount_course

DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', page)


@pytest.mark.parametrize(
    ("message", "same"),
    [
        ("`f(z)` has shape (3, 4), expected (3,).", "`f(z)` has shape (…), expected (…)."),
        ("Off by 1.5e-3 at [0, 12], expected -2.", "Off by # at […], expected #."),
        ("`W1` and x2 are not defined", "`W1` and x2 are not defined"),
        ("first line 7\nsecond line", "first line #"),
    ],
)
def test_messages_that_differ_only_in_numbers_are_one_reason(message, same):
    assert failures.normalised(message) == same


def test_a_hint_is_the_reason_whatever_the_message_says():
    check = CheckResult("t", "q", "d", 1, 0, Verdict.FAILED, "off by 3", "Divide by n.")
    assert failures.reason(check) == "Divide by n."
    bare = CheckResult("t", "q", "d", 1, 0, Verdict.TIMEOUT)
    assert failures.reason(bare) == "timeout"


def test_failures_are_kept_with_a_result_and_go_with_it(graded, session):
    submission = graded("ada", result(score=1))
    (kept,) = session.scalars(sa.select(CheckFailure)).all()
    assert (kept.question, kept.reason) == ("dense", "Sum over the right axis.")
    graded("bob", result(score=3))
    assert session.scalar(sa.select(sa.func.count(CheckFailure.id))) == 1
    session.execute(sa.text("DELETE FROM question_scores"))
    session.execute(sa.text(f"DELETE FROM results WHERE submission_id = {submission.id}"))
    assert session.scalar(sa.select(sa.func.count(CheckFailure.id))) == 0


def test_the_commonest_failures_of_a_question_are_counted_by_student(auth, graded):
    graded("ada", result(score=0), data=notebook("x = 0"))
    graded("ada", result(score=1))
    graded("bob", result(score=2))
    page = auth.login("gil").get("/courses/dl/staff/assignments/a01_demo").text
    section = page.split("What to teach again")[1].split("</section>")[0]
    assert "2 of 2 without full marks" in section
    assert re.findall(r'<td class="num">(\d+)</td>', section) == ["2"]
    assert "Sum over the right axis." in section


def test_attempts_over_time_are_counted_on_both_sides_of_the_due_time():
    attempts = [(DUE - timedelta(hours=h), False) for h in (1, 2, 2, 30)]
    attempts.append((DUE + timedelta(hours=5), True))
    found = timeline(attempts, DUE, "America/New_York")
    assert found is not None
    assert (found.in_time, found.late) == (4, 1)
    assert sum(p.in_time for p in found.periods) == 4
    assert sum(p.late for p in found.periods) == 1
    before = [p for p in found.periods if p.start + timedelta(hours=found.hours) <= DUE]
    assert all(p.late == 0 for p in before)
    bars = [bar for p in found.periods for bar in p.bars]
    assert found.due_x is not None
    assert min(bar.x for bar in bars) < found.due_x < max(bar.x for bar in bars)
    assert all(bar.y >= found.frame.top - 0.5 for bar in bars)


@pytest.mark.parametrize("span", [0, 3, 50, 2000, 30_000])
def test_a_timeline_has_few_bars_however_long_it_is(span):
    attempts = [(DUE - timedelta(hours=span), False), (DUE, False)]
    found = timeline(attempts, DUE + timedelta(days=400), "Europe/Berlin")
    assert found is not None
    assert len(found.periods) <= 60
    assert found.in_time == 2


def test_there_is_no_timeline_of_nothing():
    assert timeline([], DUE, "UTC") is None


def test_the_page_draws_late_attempts_apart(auth, graded, session):
    submission = graded("ada")
    due = now() - timedelta(days=1)
    session.execute(sa.update(CourseAssignment).values(due_at=due))
    recount_course(session, submission.course_assignment.course)
    session.commit()
    page = auth.login("gil").get("/courses/dl/staff/assignments/a01_demo").text
    assert 'class="bar late"' in page
    session.execute(
        sa.update(Submission)
        .where(Submission.id == submission.id)
        .values(received_at=due - timedelta(hours=1))
    )
    session.expire_all()
    recount_course(session, submission.course_assignment.course)
    session.commit()
    page = auth.login("gil").get("/courses/dl/staff/assignments/a01_demo").text
    assert 'class="bar late"' not in page
    assert "1 attempts in time" in page


def add_three_assignments(session):
    """Now there are four, all due."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    due = now() - timedelta(hours=1)
    session.execute(sa.update(CourseAssignment).values(due_at=due))
    for number in (2, 3, 4):
        item = CourseAssignment(
            assignment=f"a0{number}", title=f"No. {number}", points=1, position=number, due_at=due
        )
        course.assignments.append(item)
    session.commit()


def test_who_misses_two_due_assignments_or_half_of_the_points_is_at_risk(auth, graded, session):
    graded("ada", result(score=3))
    add_three_assignments(session)
    gil = auth.login("gil")
    page = gil.get("/courses/dl/staff/insight").text
    assert names(page) == ["Bob", "Ada"]
    assert "2 of 2 students; 8 points were due so far" in page
    session.execute(
        sa.update(CourseAssignment)
        .where(CourseAssignment.assignment != "a01_demo")
        .values(due_at=now() + timedelta(days=1))
    )
    session.commit()
    page = gil.get("/courses/dl/staff/insight").text
    assert names(page) == ["Bob"]
    assert "less than 50% of their points" in page


def test_what_a_running_extension_covers_is_not_missing_yet(auth, graded, session):
    graded("ada", result(score=3))
    add_three_assignments(session)
    bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
    extended = session.scalars(
        sa.select(CourseAssignment)
        .join(Course)
        .where(Course.slug == "dl", CourseAssignment.assignment != "a04")
    ).all()
    session.add_all(
        Extension(course_assignment=item, user=bob, due_at=now() + timedelta(days=1), reason="ill")
        for item in extended
    )
    session.commit()
    page = auth.login("gil").get("/courses/dl/staff/insight").text
    assert names(page) == ["Bob", "Ada"], "one is due, and nothing of it is there"
    assert "1 of 1" in page
    session.execute(sa.update(Extension).values(due_at=now() - timedelta(minutes=1)))
    session.commit()
    assert "4 of 4" in auth.login("gil").get("/courses/dl/staff/insight").text


def test_beyond_the_last_page_the_last_one_is_shown(auth, session):
    add_three_assignments(session)
    gil = auth.login("gil")
    assert names(gil.get("/courses/dl/staff/insight?page=9").text) == ["Ada", "Bob"]


def test_nobody_is_at_risk_before_anything_is_due(auth):
    assert "No assignment is due yet" in auth.login("gil").get("/courses/dl/staff/insight").text


def test_assignments_stand_beside_each_other(auth, graded):
    graded("ada", result(score=3))
    graded("bob", result(score=1))
    page = auth.login("gil").get("/courses/dl/staff/insight").text
    assert "2 of 2" in page
    assert "2 of 5</td>" in page.replace("\n", "")


def test_the_score_table_is_filtered_by_section_and_state(auth, graded, session):
    graded("ada", result(score=3))
    gil = auth.login("gil")

    def found(query: str) -> list[str]:
        return names(gil.get(f"/courses/dl/staff?{query}").text)

    assert found("state=missing") == ["Bob"]
    assert found("state=missing&assignment=a01_demo") == ["Bob"]
    assert found("state=waiting") == ["Ada"]
    assert found("state=late") == []
    assert found("section=A") == ["Ada", "Bob"]
    assert found("section=B") == []
    assert found("state=nonsense") == ["Ada", "Bob"]
    session.execute(sa.update(CourseAssignment).values(due_at=now() - timedelta(days=1)))
    recount_course(session, session.scalars(sa.select(Course).where(Course.slug == "dl")).one())
    session.commit()
    assert found("state=late&assignment=a01_demo") == ["Ada"]


def test_students_without_a_score_come_last_whichever_way_it_is_sorted(auth, graded, session):
    graded("bob", result(score=2))
    number = session.scalar(sa.select(CourseAssignment.id))
    gil = auth.login("gil")
    for order in ("up", "down"):
        page = gil.get(f"/courses/dl/staff?sort={number}&order={order}").text
        assert names(page) == ["Bob", "Ada"]


def test_links_to_other_pages_keep_the_filters_and_take_no_scheme_from_the_visitor(auth):
    path = "/courses/dl/staff?section=A&_scheme=javascript&_external=1&_anchor=x"
    page = auth.login("gil").get(path).text
    assert "javascript:" not in page
    assert "section=A&amp;sort=section" in page or "sort=section&amp;order=up&amp;section=A" in page


def test_newest_attempts_are_searched(auth, graded):
    graded("ada")
    gil = auth.login("gil")
    page = gil.get("/courses/dl/staff/assignments/a01_demo?search=nobody").text
    assert "No attempt of anybody named “nobody”" in page
    assert names(gil.get("/courses/dl/staff/assignments/a01_demo?search=AD").text) == ["Ada"]
