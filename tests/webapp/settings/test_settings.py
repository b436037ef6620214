"""Settings in the browser: times on the course's clock, all or nothing, and the log says why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from webapp.base.typed_times import NoMoment, for_input, read_moment
from webapp.models import AuditEntry, Course, CourseAssignment
from webapp.settings.changes import SettingsRefused
from webapp.settings.operations import change_assignment, change_course
from webapp.settings.values import AssignmentValues, CourseValues, Unread

NEW_YORK = "America/New_York"
ASSIGNMENT, COURSE = "/courses/dl/staff/assignments/a01_demo/settings", "/courses/dl/staff/settings"


def item(session) -> CourseAssignment:
    session.expire_all()
    of_course = sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    return session.scalars(of_course).one()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-08T01:59", datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        ("2026-03-08T03:00", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("2026-11-01T00:59", datetime(2026, 11, 1, 4, 59, tzinfo=UTC)),
        ("2026-11-01T02:00", datetime(2026, 11, 1, 7, tzinfo=UTC)),
        ("2026-07-01 17:00", datetime(2026, 7, 1, 21, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_is_read_on_the_courses_clock(text, moment):
    assert read_moment(text, NEW_YORK) == moment


@pytest.mark.parametrize(
    ("text", "zone", "choices"),
    [
        ("2026-03-08T02:30", NEW_YORK, "forward then: choose 03:30 or 01:30"),
        ("2026-11-01T01:30", NEW_YORK, "back then: choose 00:30 or 02:30"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "back then: choose 01:15 or 02:15"),
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_refused_with_others(text, zone, choices):
    with pytest.raises(NoMoment, match=choices):
        read_moment(text, zone)
    for choice in choices.rpartition("choose ")[2].split(" or "):
        assert read_moment(f"{text[:11]}{choice}", zone) is not None


def test_a_moment_that_was_stored_stays_as_it_is_even_where_the_hour_comes_twice():
    stored = datetime(2026, 11, 1, 6, 30, 17, tzinfo=UTC)
    assert read_moment(for_input(stored, NEW_YORK), NEW_YORK, kept=stored) == stored


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-02-30T10:00", "2026-02-03", "2026-02-03T10:00Z"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(NoMoment, match="expected a date and a time"):
        read_moment(text, NEW_YORK)


@pytest.mark.parametrize("year", ["0001", "1999", "2100", "9999"])
def test_a_year_far_away_is_refused(year):
    with pytest.raises(NoMoment, match="The year is"):
        read_moment(f"{year}-01-01T00:00", NEW_YORK)


def test_a_due_time_changes_with_its_reason_and_students_see_it(auth, session):
    before = item(session).opens_at
    form = {"title": "Perceptrons", "due_at": "2027-02-04T17:00", "reason": "Snow"}
    form["opens_at"] = for_input(before, NEW_YORK)
    assert auth.login("ina").post(ASSIGNMENT, form).status_code == 303
    changed = item(session)
    assert changed.due_at == datetime(2027, 2, 4, 22, tzinfo=UTC)
    assert changed.opens_at == before
    assert "Thu 4 Feb 2027, 17:00 EST" in auth.login("ada").get("/courses/dl/").text
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("change assignment", "a01_demo")
    assert entry.detail["reason"] == "Snow"
    assert entry.detail["title"] == "The perceptron → Perceptrons"
    assert entry.detail["due_at"].endswith("→ Thu 4 Feb 2027, 17:00 EST")
    assert "opens_at" not in entry.detail


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "The title is empty"),
        ({"title": "x" * 201}, "The title has 201 characters"),
        ({"due_at": "2027-03-14T02:30"}, "There is no 02:30 on Sun 14 Mar 2027"),
        ({"due_at": "2001-01-01T00:00"}, "This is before it opens"),
        ({"opens_at": "soon"}, "expected a date and a time"),
        ({"reason": ""}, "Say why"),
        ({"reason": "x" * 501}, "The reason has 501 characters"),
    ],
)
def test_bad_input_gives_one_sentence_beside_its_field_and_changes_nothing(
    auth, session, change, sentence
):
    before = item(session)
    kept = (before.title, before.opens_at, before.due_at)
    form = {"title": "Other", "opens_at": "2026-01-05T09:00", "due_at": "2027-02-04T17:00"}
    response = auth.login("ina").post(ASSIGNMENT, {**form, "reason": "Why not", **change})
    assert response.status_code == 422
    assert response.text.count('role="alert"') == 1
    assert sentence in response.text
    field = next(iter(change))
    assert f'id="{field}-refusal"' in response.text
    assert f'value="{change[field].strip()}' in response.text
    after = item(session)
    assert (after.title, after.opens_at, after.due_at) == kept
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0


def test_saving_what_is_there_changes_nothing_and_logs_nothing(auth, session):
    stored = item(session)
    kept = (stored.opens_at, stored.due_at)
    form = {"title": stored.title}
    form |= {key: for_input(getattr(stored, key), NEW_YORK) for key in ("opens_at", "due_at")}
    ina = auth.login("ina")
    assert ina.post(ASSIGNMENT, form).status_code == 303
    assert "Nothing was changed." in ina.get(ASSIGNMENT).text
    assert (item(session).opens_at, item(session).due_at) == kept
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0


def test_the_dates_of_the_written_option_change_in_the_order_of_the_week(auth, session):
    form = {
        "title": "Deep Learning",
        "term": "IAP",
        "groups_due_at": "2027-01-06T17:00",
        "slides_due_at": "2027-01-07T21:00",
        "presentations_at": "2027-01-08T13:00",
        "reviews_due_at": "",
        "reason": "A new week",
    }
    ina = auth.login("ina")
    assert ina.post(COURSE, form).status_code == 303
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    assert course.slides_due_at == datetime(2027, 1, 8, 2, tzinfo=UTC)
    assert course.reviews_due_at is None
    response = ina.post(COURSE, {**form, "slides_due_at": "2027-01-05T21:00"})
    assert response.status_code == 422
    assert "This is before “Groups are final”" in response.text
    log = ina.get("/courses/dl/staff/log?kind=time").text
    assert "change course rules" in log
    assert "A new week" in log


RULES = {
    "grace_minutes": "15",
    "late_penalty": "12.5",
    "cut_off_at": "2028-02-04T17:00",
    "attempt_limit": "3",
    "pause_minutes": "10",
    "counting": "last",
    "reason": "As announced",
}


def test_the_rules_of_late_work_are_saved_shown_again_and_logged(auth, session):
    ina = auth.login("ina")
    assert ina.post(f"{ASSIGNMENT}/rules", RULES).status_code == 303
    changed = item(session)
    assert (changed.grace_minutes, changed.late_penalty) == (15, 0.125)
    assert (changed.attempt_limit, changed.pause_minutes, changed.counting) == (3, 10, "last")
    assert changed.cut_off_at == datetime(2028, 2, 4, 22, tzinfo=UTC)
    page = ina.get(ASSIGNMENT).text
    for typed in ("12.5", "2028-02-04T17:00", "15"):
        assert f'value="{typed}"' in page
    assert '<option value="last" selected>' in page
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.subject == "a01_demo"
    assert entry.detail["reason"] == "As announced"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"grace_minutes": "-1"}, "grace_minutes-refusal"),
        ({"late_penalty": "200"}, "late_penalty-refusal"),
        ({"cut_off_at": "2027-03-14T02:30"}, "cut_off_at-refusal"),
        ({"cut_off_at": "2001-01-01T00:00"}, "cut_off_at-refusal"),
        ({"attempt_limit": "0"}, "attempt_limit-refusal"),
        ({"pause_minutes": "soon"}, "pause_minutes-refusal"),
        ({"counting": "worst"}, "counting-refusal"),
        ({"reason": ""}, "rules-reason-refusal"),
    ],
)
def test_a_bad_rule_is_told_beside_its_field_and_none_is_saved(auth, session, change, refusal):
    response = auth.login("ina").post(f"{ASSIGNMENT}/rules", {**RULES, **change})
    assert response.status_code == 422
    assert response.text.count('role="alert"') == 1
    assert f'id="{refusal}"' in response.text
    # The other form of the page still holds what is saved.
    assert 'value="The perceptron"' in response.text
    assert item(session).grace_minutes == 0
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0


def test_late_days_are_the_courses_and_need_a_reason(auth, session):
    ina = auth.login("ina")
    refused = ina.post(f"{COURSE}/late-days", {"late_days": "4", "reason": ""})
    assert refused.status_code == 422
    assert 'id="late-reason-refusal"' in refused.text
    done = ina.post(f"{COURSE}/late-days", {"late_days": "4", "reason": "New rule"})
    assert done.status_code == 303
    assert session.scalars(sa.select(Course.late_days).where(Course.slug == "dl")).one() == 4
    assert 'name="late_days" value="4"' in ina.get(COURSE).text


def test_a_due_time_after_the_cut_off_is_refused(auth, session):
    ina = auth.login("ina")
    ina.post(f"{ASSIGNMENT}/rules", RULES)
    form = {"title": "T", "due_at": "2028-02-05T17:00", "reason": "More time"}
    response = ina.post(ASSIGNMENT, form)
    assert response.status_code == 422
    assert "This is after the cut-off" in response.text


def test_what_cannot_be_read_and_what_does_not_fit_are_refused_together_in_their_order(
    session, ina
):
    kept = ina.course.title
    new = CourseValues(" ", groups_due_at=Unread("No time."), term="x" * 61)
    with pytest.raises(SettingsRefused) as refused:
        change_course(session, ina, new, reason="")
    assert list(refused.value.sentences) == ["title", "term", "groups_due_at", "reason"]
    assert refused.value.sentences["groups_due_at"] == "No time."
    assert ina.course.title == kept


def test_a_setting_that_nobody_names_stays_as_it_is(session, ina):
    before = item(session).due_at
    new = AssignmentValues("Perceptrons")
    assert change_assignment(session, ina, item(session), new, reason="a better name") == 1
    assert (item(session).title, item(session).due_at) == ("Perceptrons", before)
