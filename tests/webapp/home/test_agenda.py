"""A student's week: what falls on which day of the course's calendar, and what is next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from webapp.base.clock import now
from webapp.home.agenda import next_steps, week
from webapp.models import (
    Course,
    CourseAssignment,
    PaperReview,
    Proposal,
    Slide,
    Submission,
    SubmissionState,
    Team,
    TeamMember,
)
from webapp.submissions.standing import Standing
from webapp.written.rules import WrittenOption

NOBODY = WrittenOption(None, None)
ZONE = "America/New_York"
# A Friday evening before the clocks go forward, in the course's zone; Saturday in UTC.
FRIDAY = datetime(2026, 3, 7, 3, 30, tzinfo=UTC)


def course(**dates) -> Course:
    return Course(slug="dl", title="DL", time_zone=ZONE, **dates)


def standing(title, due, *attempts, opens=None) -> Standing:
    item = CourseAssignment(
        assignment=title.lower(),
        title=title,
        points=5,
        due_at=due,
        opens_at=opens,
        course=course(),
        grace_minutes=0,
        late_penalty=0.0,
    )
    return Standing(item, tuple(attempts))


def attempt(score=None, state=SubmissionState.GRADED) -> Submission:
    return Submission(attempt=1, state=state, auto_score=score, ungraded=0, counts=True, kept=1.0)


def days(found, of=None, option=NOBODY, at=FRIDAY):
    return {
        d.name: [e.title for e in d.entries]
        for d in week(found, of or course(), option, at=at).days
    }


def test_a_day_ends_at_the_courses_midnight_also_where_the_clocks_change():
    found = [
        standing("Tonight", datetime(2026, 3, 7, 4, 59, tzinfo=UTC)),
        standing("Early", datetime(2026, 3, 7, 5, 0, tzinfo=UTC)),
        standing("Sunday", datetime(2026, 3, 9, 3, 59, tzinfo=UTC)),
        standing("Monday", datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
    ]
    shown = days(found)
    assert list(shown) == [
        "Today",
        "Tomorrow",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
    ]
    assert shown["Today"] == ["Tonight"]
    assert shown["Tomorrow"] == ["Early"]
    assert shown["Sunday"] == ["Sunday"]
    assert shown["Monday"] == ["Monday"]


def test_a_week_names_the_first_deadline_after_it():
    after = standing("After", FRIDAY + timedelta(days=7))
    found = week(
        [standing("Later", FRIDAY + timedelta(days=9)), after], course(), NOBODY, at=FRIDAY
    )
    assert found.quiet
    assert found.later is not None
    assert found.later.title == "After"


def test_what_opens_and_what_is_due_stand_in_order_of_time():
    opening = standing("New", FRIDAY + timedelta(hours=40), opens=FRIDAY + timedelta(hours=20))
    entries = [e for d in week([opening], course(), NOBODY, at=FRIDAY).days for e in d.entries]
    assert [(e.what, e.state) for e in entries[:1]] == [("opens", "event")]
    assert entries[1].what == "due"


@pytest.mark.parametrize(
    ("attempts", "ahead", "state"),
    [
        ([], 1, "open"),
        ([], -1, "missed"),
        ([attempt(2.0)], -1, "done"),
        ([attempt(state=SubmissionState.QUEUED)], 1, "done"),
        ([attempt(state=SubmissionState.REJECTED)], 1, "open"),
        ([attempt(state=SubmissionState.REJECTED)], -1, "missed"),
    ],
)
def test_a_deadline_says_whether_work_is_in(attempts, ahead, state):
    due = now() + timedelta(minutes=ahead)
    found = week([standing("A", due, *attempts)], course(), NOBODY, at=due)
    assert [e.state for d in found.days for e in d.entries] == [state]


def option_dates() -> Course:
    at = now()
    return course(
        groups_due_at=at + timedelta(hours=1),
        slides_due_at=at + timedelta(hours=2),
        presentations_at=at + timedelta(hours=3),
        reviews_due_at=at + timedelta(hours=4),
    )


def team(members: int, *, slide: bool) -> Team:
    proposal = Proposal(title="T", abstract="A")
    if slide:
        proposal.slides.append(Slide(filename="s.pdf", size=1, sha256="0" * 64, received_at=now()))
    found = Team(name="Team", proposal=proposal, completed_at=now() if members >= 3 else None)
    found.members.extend(TeamMember() for _ in range(members))
    return found


def review() -> PaperReview:
    return PaperReview(body="B", received_at=now())


OPTIONS = {
    "nothing chosen": (
        NOBODY,
        ["Groups", "Team's slide", "Presentations", "Paper review"],
        "Choose a",
    ),
    "a small team": (
        WrittenOption(team(2, slide=False), None),
        ["Groups", "Team's slide", "Presentations", "Paper review"],
        "Complete your team",
    ),
    "no slide": (
        WrittenOption(team(3, slide=False), None),
        ["Groups", "Team's slide", "Presentations", "Paper review"],
        "For your proposal: a one-page PDF slide",
    ),
    "a whole proposal": (
        WrittenOption(team(3, slide=True), None),
        ["Groups", "Team's slide", "Presentations"],
        "",
    ),
    "a review": (WrittenOption(None, review()), ["Presentations", "Paper review"], ""),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_the_written_option_shows_the_dates_that_still_matter_and_what_is_missing(case):
    option, titles, step = OPTIONS[case]
    of = option_dates()
    found = [e.title for d in week([], of, option).days for e in d.entries]
    assert found == titles
    steps = [s.text for s in next_steps([], of, option)]
    assert len(steps) == bool(step)
    assert all(text.startswith(step) for text in steps)


def test_after_the_groups_are_final_a_review_is_what_remains():
    of = course(groups_due_at=now() - timedelta(hours=1), reviews_due_at=now() + timedelta(hours=1))
    for option in (NOBODY, WrittenOption(team(2, slide=False), None)):
        assert [s.text for s in next_steps([], of, option)] == ["Write a paper review"]
    of.reviews_due_at = now() - timedelta(minutes=1)
    assert next_steps([], of, NOBODY) == []


def test_what_is_due_soonest_is_next_and_what_is_full_or_closed_is_not():
    at = now()
    found = [
        standing("Whenever", None),
        standing("Later", at + timedelta(days=3)),
        standing("Soon", at + timedelta(days=1), attempt(2.0)),
        standing("Full", at + timedelta(hours=1), attempt(5.0)),
        standing("Closed", at + timedelta(hours=1), opens=at + timedelta(minutes=30)),
        standing("Missed", at - timedelta(days=1)),
    ]
    steps = next_steps(found, course(), NOBODY)
    assert [s.text for s in steps] == ["Improve Soon", "Submit Later", "Submit Whenever"]


def test_what_was_missed_is_next_only_where_nothing_lies_ahead():
    missed = standing("Missed", now() - timedelta(days=1))
    graded = standing("Late", now() - timedelta(days=1), attempt(2.0))
    assert [s.text for s in next_steps([missed, graded], course(), NOBODY)] == ["Submit Missed"]


def test_the_home_shows_the_week_and_marks_what_is_in(auth, graded):
    ada = auth.login("ada")
    before = ada.get("/courses/dl/").text
    assert before.count('<li class="day') == 7
    assert "handed in" not in before
    assert "Choose a written option" in before
    graded("ada")
    assert "handed in" in ada.get("/courses/dl/").text


def test_what_allows_no_more_attempts_is_not_next_and_an_extension_moves_its_day():
    at = now()
    used_up = standing("Used", at + timedelta(days=1), attempt(2.0))
    used_up.assignment.attempt_limit = 1
    assert next_steps([used_up], course(), NOBODY) == []
    late = standing("Late", at - timedelta(days=1))
    extended = replace(late, extended_to=at + timedelta(days=2))
    assert [s.due_at for s in next_steps([extended], course(), NOBODY)] == [at + timedelta(days=2)]
    shown = [e.state for d in week([extended], course(), NOBODY).days for e in d.entries]
    assert shown == ["open"]


def test_after_the_cut_off_nothing_is_next_and_the_card_says_so(auth, session):
    item = session.scalars(
        sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    ).one()
    item.due_at, item.cut_off_at = now() - timedelta(days=3), now() - timedelta(days=2)
    session.commit()
    ada = auth.login("ada")
    home = ada.get(ada.course()).text
    assert "Closed: work gives no points any more" in home
    assert f"Submit {item.title}" not in home
    assert "gives no points any more" in ada.get(ada.course("assignments/a01_demo")).text


def test_the_last_chance_is_in_the_week_until_something_was_handed_in():
    at = now()
    missing = standing("A", at + timedelta(hours=1))
    missing.assignment.cut_off_at = at + timedelta(hours=2)
    handed_in = replace(missing, attempts=(attempt(1.0),))
    for found, shown in ((missing, ["due", "last chance"]), (handed_in, ["due"])):
        entries = [e.what for d in week([found], course(), NOBODY).days for e in d.entries]
        assert entries == shown


def test_the_home_tells_how_many_late_days_are_left(auth, session):
    session.execute(sa.update(Course).values(late_days=3))
    session.commit()
    assert "You have 3 of 3 late days left." in auth.login("ada").get("/courses/dl/").text
