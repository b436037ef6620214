"""Another time zone for a course: what moves is shown first, and then moves or stays as chosen."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from webapp.base.clock import local, now
from webapp.models import AuditEntry, Course, Extension, Submission, User
from webapp.settings.changes import SettingsRefused
from webapp.settings.time_zone import Keep
from webapp.settings.time_zone_operations import change_time_zone

OLD, NEW = "America/New_York", "Europe/Berlin"
PAGE = "/courses/dl/staff/settings/time-zone"
API = "/api/v1/courses/dl/staff/settings/time-zone"


def _wall(value: datetime, zone: str) -> datetime:
    return local(value, zone).replace(tzinfo=None)


@pytest.fixture
def extension(session, item) -> Extension:
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    row = Extension(
        course_assignment_id=item.id,
        user_id=ada.id,
        due_at=item.due_at + timedelta(days=2),
        reason="Ill.",
    )
    session.add(row)
    session.commit()
    return row


def _times(course: Course, extension: Extension) -> list[datetime]:
    (item,) = course.assignments
    dates = [course.groups_due_at, course.slides_due_at, course.presentations_at]
    return [*dates, course.reviews_due_at, item.opens_at, item.due_at, extension.due_at]


def test_clock_times_stay_what_they_were(session, ina, extension):
    before = _times(ina.course, extension)
    assert change_time_zone(session, ina, NEW, keep=Keep.CLOCK, reason="We moved.") == 7
    after = _times(ina.course, extension)
    assert ina.course.time_zone == NEW
    assert [_wall(at, NEW) for at in after] == [_wall(at, OLD) for at in before]
    assert all(new < old for new, old in zip(after, before, strict=True))


def test_moments_stay_what_they_were(session, ina, extension):
    before = _times(ina.course, extension)
    assert change_time_zone(session, ina, NEW, keep=Keep.MOMENT, reason="We moved.") == 0
    assert _times(ina.course, extension) == before
    assert ina.course.time_zone == NEW


def test_what_counts_as_late_follows_the_due_time(session, ina, item, graded):
    submission = graded("ada")
    item.due_at = now() + timedelta(hours=3)
    session.commit()
    change_time_zone(session, ina, NEW, keep=Keep.CLOCK, reason="We moved.")
    session.expire_all()
    assert session.get_one(Submission, submission.id).late


def test_the_log_says_what_was_kept(session, ina):
    change_time_zone(session, ina, NEW, keep=Keep.CLOCK, reason="We moved.")
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.action == "change course rules"
    assert entry.detail["time_zone"] == f"{OLD} → {NEW}"
    assert (entry.detail["kept"], entry.detail["reason"]) == ("clock", "We moved.")


@pytest.mark.parametrize(
    ("zone", "reason", "key"),
    [("Mars/Base", "We moved.", "zone"), (OLD, "We moved.", "zone"), (NEW, " ", "reason")],
)
def test_what_cannot_be_changes_nothing(session, ina, zone, reason, key):
    with pytest.raises(SettingsRefused) as refused:
        change_time_zone(session, ina, zone, keep=Keep.CLOCK, reason=reason)
    assert list(refused.value.sentences) == [key]
    session.expire_all()
    assert ina.course.time_zone == OLD


def test_the_page_shows_both_ways_before_anything_changes(auth, session, item):
    ina = auth.login("ina")
    page = ina.get(f"{PAGE}?zone={NEW}").text
    due = item.due_at.astimezone(ZoneInfo(OLD))
    assert f"{due:%H:%M %Z}" in page
    assert f"{due:%H:%M} CE" in page
    assert "The perceptron is due" in page
    session.expire_all()
    assert session.get_one(Course, item.course_id).time_zone == OLD
    form = {"zone": NEW, "keep": "moment", "reason": "We moved."}
    assert ina.post(PAGE, data=form).status_code == 303
    session.expire_all()
    assert session.get_one(Course, item.course_id).time_zone == NEW


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"zone": "Nowhere", "keep": "clock", "reason": "W."}, "expected a name such as"),
        ({"zone": NEW, "reason": "W."}, "Choose whether"),
        ({"zone": NEW, "keep": "clock"}, "reason"),
    ],
)
def test_the_page_says_what_is_missing(auth, form, sentence):
    answer = auth.login("ina").post(PAGE, data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_program_asks_first_and_changes_then(ask):
    code, found = ask("ina", "GET", f"{API}?zone={NEW}")
    assert code == 200
    assert found["times"][-1]["what"] == "The perceptron is due"
    assert ask("ina", "GET", f"{API}?zone=Nowhere")[0] == 422
    body = {"zone": NEW, "keep": "clock", "reason": "We moved."}
    code, found = ask("ina", "POST", API, body)
    assert (code, found) == (200, {"time_zone": NEW, "moved": 6})
    assert ask("ina", "POST", API, body)[0] == 422


def test_the_first_day_is_a_setting(auth, ask, session, item):
    ina = auth.login("ina")
    address = "/courses/dl/staff/settings"
    assert 'name="starts_on"' in ina.get(address).text
    body = {"starts_on": "2027-01-11", "reason": "It was wrong."}
    code, found = ask("ina", "POST", "/api/v1/courses/dl/staff/settings", body)
    assert (code, found["starts_on"]) == (200, "2027-01-11")
    assert 'value="2027-01-11"' in ina.get(address).text
    refused = {"starts_on": "1999-01-11", "reason": "It was wrong."}
    assert ask("ina", "POST", "/api/v1/courses/dl/staff/settings", refused)[0] == 422
