"""Extensions: for one student, for some or for a section; what follows from them, and the log."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.typed_times import for_input
from webapp.extensions import operations as extensions
from webapp.extensions.operations import ExtensionRefused
from webapp.models import (
    AuditEntry,
    CourseAssignment,
    Enrolment,
    Extension,
    ResultRule,
    Submission,
    User,
)
from webapp.scoring.counting import recount
from webapp.submissions.standing import standings
from webapp.visibility import sight
from webapp.visibility.operations import set_rule

DAY = timedelta(days=1)
PAGE = "/courses/dl/staff/assignments/a01_demo/extensions"


@pytest.fixture
def item(item, session):
    """Due half a day ago, at 10 % a day."""
    item.due_at, item.late_penalty = now() - DAY / 2, 0.1
    session.commit()
    return item


def user(session, name):
    return session.scalars(sa.select(User.id).where(User.name == name)).one()


def give(session, item, ina, *names, days=2.0, reason="was ill"):
    users = {user(session, name) for name in names}
    until = item.due_at + days * DAY
    return extensions.give(session, ina, item, users=users, due_at=until, reason=reason)


def worth(session, submission):
    session.refresh(submission)
    return (submission.kept, submission.late)


def test_an_extension_takes_the_penalty_away_and_removing_it_brings_it_back(
    session, item, ina, graded
):
    late = graded("ada")
    assert worth(session, late) == (0.9, True)
    assert give(session, item, ina, "Ada") == 1
    assert worth(session, late) == (1.0, False)
    ada = user(session, "Ada")
    assert extensions.remove(session, ina, item, user_id=ada, reason="by mistake")
    assert worth(session, late) == (0.9, True)
    assert not extensions.remove(session, ina, item, user_id=ada, reason="by mistake")
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.action, e.detail["reason"]) for e in entries] == [
        ("give extension", "was ill"),
        ("remove extension", "by mistake"),
    ]


def test_a_second_extension_takes_the_place_of_the_first(session, item, ina):
    give(session, item, ina, "Ada")
    give(session, item, ina, "Ada", days=5)
    (row,) = session.scalars(sa.select(Extension))
    assert row.due_at == item.due_at + 5 * DAY


def test_among_several_a_later_extension_is_kept_and_alone_it_is_shortened(session, item, ina):
    give(session, item, ina, "Ada", days=14, reason="accommodation")
    assert give(session, item, ina, "Ada", "Bob", days=1) == 1
    rows = session.execute(sa.select(Extension.user_id, Extension.due_at))
    until = {row.user_id: row.due_at - item.due_at for row in rows}
    assert until == {user(session, "Ada"): 14 * DAY, user(session, "Bob"): DAY}
    with pytest.raises(ExtensionRefused, match="later extension already"):
        give(session, item, ina, "Ada", "Bob", days=0.5)
    session.rollback()
    assert give(session, item, ina, "Ada", days=1) == 1


def test_an_extension_holds_only_while_it_is_later_than_the_due_time(session, item, ina, graded):
    set_rule(session, item, ResultRule.AFTER_DUE)
    give(session, item, ina, "Ada", days=0.1)
    late, ada = graded("ada"), user(session, "Ada")
    assert worth(session, late) == (0.9, True)
    item.due_at = now() + DAY
    recount(session, item)
    assert worth(session, late) == (1.0, False)
    assert not sight.sight_of(session, item, ada).open
    (standing,) = standings(session, item.course, ada, for_staff=True)
    assert (standing.due_at, standing.extended_to) == (item.due_at, None)
    item.due_at = None
    recount(session, item)
    assert worth(session, late) == (1.0, False)
    assert standings(session, item.course, ada, for_staff=True)[0].due_at is None


def test_two_who_extend_at_once_leave_one_extension(session, engine, item, ina):
    due, numbers = item.due_at + DAY, (ina.id, item.id, user(session, "Ada"))
    together, given = threading.Barrier(2), []
    session.rollback()

    def extend():
        with Session(engine) as own:
            teacher = own.get_one(Enrolment, numbers[0])
            work = own.get_one(CourseAssignment, numbers[1])
            together.wait(20)
            users = {numbers[2]}
            given.append(extensions.give(own, teacher, work, users=users, due_at=due, reason="ill"))

    threads = [threading.Thread(target=extend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == [1, 1]
    assert session.scalar(sa.select(sa.func.count(Extension.id))) == 1


def test_who_is_no_student_any_more_can_lose_an_extension(session, item, ina, auth):
    give(session, item, ina, "Ada")
    ada = user(session, "Ada")
    session.execute(sa.delete(Enrolment).where(Enrolment.user_id == ada))
    session.commit()
    response = auth.login("ina").post(f"{PAGE}/{ada}/remove", {"reason": "left the course"})
    assert response.status_code == 303
    assert session.scalar(sa.select(sa.func.count(Extension.id))) == 0


@pytest.mark.parametrize(
    ("names", "days", "reason", "sentence"),
    [
        (["Ada"], 2, "  ", "Say why"),
        (["Ada"], 2, "x" * 501, "at most 500"),
        (["Ada"], 0, "ill", "An extension ends after the due time"),
        ([], 2, "ill", "Choose at least one student"),
        (["Ada", "Gil"], 2, "ill", "only students of this course"),
    ],
)
def test_what_is_no_extension_is_refused_with_a_sentence(
    session, item, ina, names, days, reason, sentence
):
    with pytest.raises(ExtensionRefused, match=sentence):
        give(session, item, ina, *names, days=days, reason=reason)
    assert session.scalar(sa.select(sa.func.count(Extension.id))) == 0


def test_without_a_due_time_there_is_nothing_to_extend(session, item, ina):
    item.due_at = None
    with pytest.raises(ExtensionRefused, match="nothing to extend"):
        extensions.give(session, ina, item, users={1}, due_at=now(), reason="ill")


def test_results_after_the_due_time_wait_for_the_student_s_own_due_time(session, item, ina):
    set_rule(session, item, ResultRule.AFTER_DUE)
    give(session, item, ina, "Ada")
    ada, bob = user(session, "Ada"), user(session, "Bob")
    assert not sight.sight_of(session, item, ada).open
    assert sight.sight_of(session, item, bob).open
    assert sight.sight_of(session, item).open


def test_a_section_and_a_ticked_student_get_more_time_on_the_page(session, item, ina, auth):
    enrolled = session.scalars(
        sa.select(Enrolment).join(User, Enrolment.user_id == User.id).where(User.name == "Bob")
    ).one()
    enrolled.section = "B"
    session.commit()
    visitor, zone = auth.login("ina"), item.course.time_zone
    form = {"due_at": for_input(item.due_at + 3 * DAY, zone), "reason": "the bus", "section": "B"}
    response = visitor.post(PAGE, {**form, "user": str(user(session, "Ada"))})
    assert response.status_code == 303
    page = visitor.client.get(PAGE).text
    assert page.count("the bus") == 2
    assert "2 students have more time." in page
    shown = visitor.client.get(f"/courses/dl/staff/students/{user(session, 'Bob')}").text
    assert "the bus" in shown
    assert "give extension" in visitor.client.get("/courses/dl/staff/log?kind=time").text
    assert (
        "extended for you" in auth.login("bob").client.get("/courses/dl/assignments/a01_demo").text
    )


def test_a_refused_extension_is_shown_as_it_was_typed(session, item, auth):
    visitor = auth.login("ina")
    response = visitor.post(PAGE, {"due_at": "soon", "reason": "the bus"})
    assert response.status_code == 422
    assert "expected a date and a time" in response.text
    assert 'value="the bus"' in response.text


def test_graders_see_extensions_and_cannot_give_any(item, auth):
    gil = auth.login("gil")
    page = gil.client.get(PAGE)
    assert page.status_code == 200
    assert "Give the extension" not in page.text
    assert gil.post(PAGE, {"due_at": "2026-01-01T00:00", "reason": "x"}).status_code == 403


def test_many_students_are_recounted_in_few_statements(session, engine, item, ina, graded):
    late = [graded("ada"), graded("bob")]
    session.commit()
    seen = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    give(session, item, ina, "Ada", "Bob")
    assert len(seen) < 24, seen  # with looks whether the course is archived
    assert [worth(session, row) for row in late] == [(1.0, False)] * 2


def test_recounting_what_is_right_already_writes_nothing(session, engine, item, graded):
    graded("ada")
    session.commit()
    seen = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    recount(session, item)
    assert not [statement for statement in seen if statement.startswith("UPDATE submissions")]
    assert session.scalar(sa.select(sa.func.count()).where(Submission.counts)) == 1
