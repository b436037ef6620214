"""Rules for late work and attempts: what counts is written once, and every page says the same."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from webapp.api.schemas import moment
from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.numbers import TypedNumber
from webapp.gradebook import counting_attempts
from webapp.models import (
    AuditEntry,
    CountingRule,
    CourseAssignment,
    Extension,
    ResultRule,
    Submission,
    SubmissionState,
    User,
)
from webapp.scoring import late_words, overrides, points_by_hand
from webapp.scoring.counting import recount, recount_course
from webapp.settings import forms
from webapp.settings.changes import SettingsRefused
from webapp.settings.operations import change_late_days, change_rules
from webapp.site import tokens
from webapp.site.submit_client import describe
from webapp.visibility.operations import publish, set_rule

DAY = timedelta(days=1)


@pytest.fixture
def attempt(session, item):
    """One of ada's attempts, received some days after the due time, with a score."""

    def add(graded, score, *, days=0.0):
        made = graded("ada")
        made.auto_score, made.received_at = score, item.due_at + days * DAY
        made.ungraded = 0
        session.commit()
        return made

    return add


def counting(session, course_id=1):
    found = counting_attempts.counting_attempts(course_id)
    return [(row.id, row.score, row.late) for row in session.execute(sa.select(found))]


def change(session, ina, item, **fields):
    """Save the page's form with these fields."""
    form = {"counting": "best", "reason": "as announced", **fields}
    new = forms.rule_values(form, item, ina.course.time_zone)
    return change_rules(session, ina, item, new, reason=form["reason"])


def test_a_penalty_lets_an_earlier_attempt_count_and_the_log_says_who_changed_it(
    session, item, ina, graded, attempt
):
    first = attempt(graded, 3.0, days=-1)
    second = attempt(graded, 4.0, days=1.5)
    recount(session, item)
    assert counting(session) == [(second.id, 4.0, True)]
    assert change(session, ina, item, late_penalty="20") == 1
    assert counting(session) == [(first.id, 3.0, False)]
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "change late rules"))
    assert entry.one().detail == {"late_penalty": "0.0 → 0.2", "reason": "as announced"}


def test_the_last_attempt_counts_where_the_rule_says_so(session, item, ina, graded, attempt):
    attempt(graded, 4.0, days=-1)
    second = attempt(graded, 2.0, days=-0.5)
    change(session, ina, item, counting="last")
    assert counting(session) == [(second.id, 2.0, False)]


def test_late_days_are_spent_in_the_order_of_due_times_and_shown(session, item, graded, attempt):
    course, late = item.course, attempt(graded, 5.0, days=1.5)
    earlier = CourseAssignment(
        course_id=course.id, assignment="a00", title="Earlier", points=5, late_penalty=0.1
    )
    earlier.due_at = item.due_at - 10 * DAY
    session.add(earlier)
    item.late_penalty, course.late_days = 0.1, 3
    session.expire(course, ["assignments"])
    session.add(_copy(late, earlier, received_at=earlier.due_at + 1.5 * DAY))
    session.flush()
    recount_course(session, course)
    session.refresh(late)
    assert (late.days_late, late.late_days_used, late.kept) == (2, 1, 0.9)
    says = late_words.account(late, _policy(item), course)
    assert says == "5 of 5 at 2 days late: −10 % → 4.5; 1 late day used."


def test_late_days_tell_nothing_of_results_that_are_held_back(session, item, auth, graded, attempt):
    item.late_penalty, item.course.late_days = 0.1, 3
    set_rule(session, item, ResultRule.PUBLISHED)
    attempt(graded, 1.0, days=-1)
    attempt(graded, 3.0, days=0.5)
    recount_course(session, item.course)
    session.commit()
    ada = auth.login("ada")
    for page in ("", "assignments/a01_demo"):
        shown = ada.get(ada.course(page)).text
        assert "3 of 3" in shown
        assert "is not taken off yet" in shown
    with zipfile.ZipFile(io.BytesIO(ada.get("/account/data.zip").data)) as archive:
        told = json.loads(archive.read("data.json"))["submissions"]
    assert {row["late_days_used"] for row in told} == {0}
    publish(session, item, on=True)
    session.commit()
    assert "2 of 3" in ada.get(ada.course()).text


def _copy(submission, item, **values):
    names = ("user_id", "attempt", "filename", "size", "sha256", "digest", "state", "auto_score")
    same = {name: getattr(submission, name) for name in names}
    return Submission(course_assignment_id=item.id, **same, **values)


def _policy(item):
    from webapp.scoring.counting import policy_of

    return policy_of(item.course, item, None)


def test_after_the_cut_off_work_is_kept_and_gives_no_points(session, item, graded, attempt):
    late = attempt(graded, 5.0, days=3)
    item.cut_off_at = item.due_at + 2 * DAY
    recount(session, item)
    assert counting(session) == [(late.id, 0.0, True)]
    session.refresh(late)
    assert "from when on no points are given → 0." in late_words.account(
        late, _policy(item), item.course
    )


def test_points_that_staff_set_as_the_whole_are_free_of_the_penalty(
    session, item, ina, graded, attempt
):
    item.late_penalty = 0.5
    late = attempt(graded, 4.0, days=1)
    recount(session, item)
    assert counting(session)[0][1] == 2.0
    given = {"question": overrides.WHOLE, "points": 3.5, "reason": "ill"}
    points_by_hand.set_override(session, late, actor_id=ina.user_id, **given)
    assert counting(session)[0][1] == 3.5
    assert "staff set these points" in late_words.account(late, _policy(item), item.course)
    points_by_hand.remove_override(session, late, overrides.WHOLE)
    assert counting(session)[0][1] == 2.0


def test_the_database_lets_only_one_attempt_count(session, graded):
    graded("ada")
    second = graded("ada")
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Submission).values(counts=True))
    session.rollback()
    assert [row[0] for row in counting(session)] != [second.id]


def _send(visitor, source, code):
    data = {"notebook": (io.BytesIO(notebook(source)), "work.ipynb")}
    response = visitor.post("/courses/dl/assignments/a01_demo", data)
    assert response.status_code == code, response.text
    return response.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"grace_minutes": "-1"}, "expected a whole number, 0 to 10080"),
        ({"attempt_limit": "0"}, "expected a whole number, 1 to 1000"),
        ({"late_penalty": "101"}, "expected a number from 0 to 100"),
        ({"late_penalty": "nan"}, "expected a number from 0 to 100"),
        ({"grace_minutes": "0" * 9 + "9" * 20}, "expected a whole number"),
        ({"counting": "worst"}, "expected best or last"),
        ({"cut_off_at": "2020-01-01T00:00"}, "This is before the due time"),
        ({"pause_minutes": "²"}, "expected a whole number"),
        ({"attempt_limit": "2", "reason": " "}, "Say why"),
    ],
)
def test_rules_that_cannot_hold_are_refused_with_a_sentence(session, item, ina, fields, sentence):
    with pytest.raises(SettingsRefused, match=sentence):
        change(session, ina, item, **fields)
    session.rollback()
    session.refresh(item)
    assert (item.attempt_limit, item.counting) == (None, CountingRule.BEST)


def test_what_the_form_shows_changes_nothing_when_it_is_saved(session, item, ina):
    item.late_penalty, item.attempt_limit = 0.15, 4
    item.cut_off_at = item.due_at + DAY
    session.commit()
    shown = forms.shown_rules(item, ina.course.time_zone)
    assert (shown["late_penalty"], shown["attempt_limit"]) == ("15", "4")
    assert change(session, ina, item, **shown, reason="") == 0


def test_late_days_of_the_course_are_changed_with_a_reason(session, ina):
    assert change_late_days(session, ina, 3, reason="flu") == 1
    assert ina.course.late_days == 3
    with pytest.raises(SettingsRefused, match="expected a whole number, 0 to 365"):
        change_late_days(session, ina, TypedNumber.whole("many"), reason="flu")


def test_beyond_the_limit_an_attempt_is_refused_with_a_sentence_and_the_same_work_is_not(
    session, item, auth, graded
):
    item.attempt_limit = 2
    session.commit()
    graded("ada")
    ada = auth.login("ada")
    page = ada.client.get("/courses/dl/assignments/a01_demo").text
    assert "1 of 2 attempts left." in page
    _send(ada, "x = 2", 303)
    assert "You have used all 2 attempts that this assignment allows" in _send(ada, "x = 3", 409)
    _send(ada, "x = 2", 303)
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 2


def test_what_our_fault_stopped_takes_no_attempt(session, item, auth, graded):
    item.attempt_limit = 1
    made = graded("ada")
    made.state = SubmissionState.FAULT
    session.commit()
    _send(auth.login("ada"), "x = 2", 303)


def test_within_the_pause_the_page_and_the_refusal_say_when_the_next_may_come(
    session, item, auth, graded
):
    item.pause_minutes = 60
    made = graded("ada")
    session.commit()
    ada = auth.login("ada")
    page = ada.client.get("/courses/dl/assignments/a01_demo").text
    assert "The next from" in page
    assert "There is a pause between attempts" in _send(ada, "x = 2", 409)
    made.received_at = now() - timedelta(minutes=61)
    session.commit()
    assert (
        "The next one can be sent now." in ada.client.get("/courses/dl/assignments/a01_demo").text
    )
    _send(ada, "x = 2", 303)


def test_no_more_wait_at_a_time_than_may(session, item, auth, ask):
    item.waiting_limit = 2
    session.commit()
    ada = auth.login("ada")
    _send(ada, "x = 1", 303)
    page = ada.client.get("/courses/dl/assignments/a01_demo").text
    assert "At most 2 may wait for their results at a time." in page
    _send(ada, "x = 2", 303)
    sentence = "2 attempts of yours wait to be graded, which is the most at a time"
    assert sentence in _send(ada, "x = 3", 409)
    files = {"notebook": ("w.ipynb", notebook("x = 3"))}
    path = "/api/v1/courses/dl/assignments/a01_demo/submissions"
    code, answer = ask("ada", "POST", path, files=files)
    assert (code, sentence in str(answer)) == (409, True)
    # The newest work again is no attempt, and what has a result makes room.
    _send(ada, "x = 2", 303)
    waiting = session.scalars(sa.select(Submission).order_by(Submission.id)).first()
    waiting.state = SubmissionState.GRADED
    session.commit()
    _send(ada, "x = 3", 303)
    _send(auth.login("bob"), "x = 4", 303)


def test_late_work_is_shown_with_how_its_points_came_about(session, item, auth, graded, attempt):
    item.late_penalty = 0.1
    late = attempt(graded, 4.0, days=1.5)
    recount(session, item)
    session.commit()
    sentence = "4 of 5 at 2 days late: −20 % → 3.2."
    ada, gil = auth.login("ada"), auth.login("gil")
    assert sentence in ada.client.get(f"/courses/dl/submissions/{late.id}").text
    page = ada.client.get("/courses/dl/assignments/a01_demo").text
    assert sentence in page
    assert "Each day late takes off 10 % of the points." in page
    assert "3.2" in gil.client.get("/courses/dl/staff").text


def test_the_programs_answer_says_what_counts_and_until_when_one_has_time(
    session, item, app, graded, attempt
):
    item.late_penalty = 0.1
    late = attempt(graded, 4.0, days=1.5)
    recount(session, item)
    until = item.due_at + DAY / 2
    session.add(Extension(course_assignment=item, user_id=late.user_id, due_at=until, reason="ill"))
    token = tokens.create(session, session.get_one(User, late.user_id), "test", ("read",))
    session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    found = client.get(f"/api/v1/courses/dl/submissions/{late.id}", headers=headers).json
    assert (found["score"], found["counted"], found["days_late"]) == (4.0, 3.2, 2)
    said = describe(found)
    assert "4 of 5    in all" in said
    assert said.endswith("3.2 of 5    count: 2 days late")
    (course,) = client.get("/api/v1/courses", headers=headers).json["courses"]
    assert course["assignments"][0]["due_at"] == moment(until)


def test_a_late_result_takes_few_statements(session, engine, app, item, auth, graded, attempt):
    item.late_penalty, item.due_at = 0.1, now() - 3 * DAY
    set_rule(session, item, ResultRule.AFTER_DUE)
    attempt(graded, 4.0, days=0.5)
    late = attempt(graded, 4.0, days=1.5)
    recount(session, item)
    session.commit()
    ada, seen = auth.login("ada"), []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    page = ada.get(f"/courses/dl/submissions/{late.id}").text
    assert "3.2" in page
    assert len(seen) <= 16, seen  # one of them looks whether the course is archived


def test_an_attempt_from_before_there_were_rules_is_late_by_no_number_of_days(
    session, item, graded
):
    old = graded("ada")
    old.late, old.days_late = True, 0
    assert late_words.account(old, _policy(item), item.course).startswith("3 of 5, late, which")


def test_work_after_a_cut_off_within_the_grace_says_why_it_has_no_points(
    session, item, ina, graded, attempt
):
    one = attempt(graded, 3.0, days=0.03)
    item.grace_minutes, item.cut_off_at = 60, item.due_at + DAY / 48
    recount(session, item)
    session.commit()
    assert "no points are given" in late_words.account(one, _policy(item), item.course)
    fields = forms.shown_rules(item, item.course.time_zone)
    with pytest.raises(SettingsRefused, match="its grace are over"):
        change(session, ina, item, **{**fields, "attempt_limit": "3"})


def test_a_graded_result_counts_at_once(session, graded):
    weak = graded("ada", result(score=0.5))
    assert counting(session)[0][0] == weak.id
    strong = graded("ada", result(score=1.75))
    assert counting(session)[0][:2] == (strong.id, strong.score)
