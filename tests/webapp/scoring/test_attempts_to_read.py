"""Which attempts' written answers are read: what counts, and the newest that may come to count."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT, add_user, enrol
from webapp.base.clock import now
from webapp.models import CountingRule, Course, Reader, Role, Submission, User
from webapp.reading.kinds.answer import questions_of
from webapp.reading.kinds.kind import Place
from webapp.reading.queries import works
from webapp.rubrics.names import Names
from webapp.scoring import counting, points_by_hand

WHY = f"/courses/dl/staff/readings/answers/{ASSIGNMENT}/why"
QUESTION = f"/api/v1/courses/dl/staff/assignments/{ASSIGNMENT}/answers/why"
DAY = timedelta(days=1)


@pytest.fixture
def attempt(graded, session):
    """Hands in a next attempt of ada's with so many points from the checks."""
    made = []

    def hand_in(score: float, *, after: timedelta | None = None, **options) -> int:
        made.append(score)
        data = notebook(f"x = {len(made)}", answer=f"**Answer (why):** attempt {len(made)}")
        found = graded("ada", result(score=score, **options), data=data)
        if after is not None:
            found.received_at = found.course_assignment.due_at + after
            counting.recount_submission(session, found)
            session.commit()
        return found.id

    return hand_in


@pytest.fixture
def gil(auth):
    return auth.login("gil")


def give(gil, number: int, points: int) -> None:
    """Gil's reading of an attempt's answer, in points of two."""
    assert gil.post(f"{WHY}/{number}", {"points": f"p{1000 * points}"}).status_code == 303


def listed(session, item) -> list[tuple[int, bool]]:
    session.expire_all()
    place = Place(item.course, item, "why", most=2)
    found = works(session, place, Names(hidden=False))
    return [(each.id, each.counts) for each in found]


def test_a_newer_attempt_is_read_where_its_answer_may_make_it_count(session, item, attempt, gil):
    first = attempt(3.0)
    give(gil, first, 1)
    attempt(0.0)
    assert listed(session, item) == [(first, True)], "it is worth two points at most, not four"
    newer = attempt(2.5)
    assert listed(session, item) == [(first, True), (newer, False)]
    (asked,) = questions_of(session, item.course)
    assert (asked.answers, asked.waiting) == (2, 1)
    give(gil, newer, 2)
    assert listed(session, item) == [(newer, True)]


def test_of_several_that_may_count_the_newest_is_read_first(session, item, attempt, gil):
    first, second, third = attempt(3.0), attempt(3.0), attempt(3.0)
    assert listed(session, item) == [(first, True), (third, False)]
    give(gil, third, 1)
    assert listed(session, item) == [(second, False), (third, True)]
    give(gil, second, 0)
    assert listed(session, item) == [(first, False), (third, True)]


def test_while_the_newest_counts_and_waits_nothing_else_is_read(session, item, attempt):
    attempt(2.0)
    newest = attempt(3.0)
    assert listed(session, item) == [(newest, True)]


def test_where_the_last_attempt_counts_no_other_may_come_to(session, item, attempt):
    item.counting = CountingRule.LAST
    session.commit()
    attempt(3.0)
    last = attempt(1.0, manual=False)
    assert listed(session, item) == []
    assert session.get_one(Submission, last).counts


def test_the_rules_for_late_work_say_what_an_attempt_may_be_worth(session, item, attempt, gil):
    item.due_at, item.late_penalty = now() - 9 * DAY, 0.5
    item.cut_off_at = item.due_at + 3 * DAY
    session.commit()
    first = attempt(2.0, after=-DAY)
    give(gil, first, 1)
    attempt(3.0, after=DAY / 2)
    assert listed(session, item) == [(first, True)], "half of five points is less than three"
    item.course.late_days = 1
    counting.recount(session, item)
    session.commit()
    assert len(listed(session, item)) == 2, "a late day keeps them all"


def test_an_attempt_without_points_yet_may_still_spend_late_days(session, item, attempt, gil):
    item.due_at, item.late_penalty, item.course.late_days = now() - 9 * DAY, 1.0, 1
    item.cut_off_at = item.due_at + 3 * DAY
    session.commit()
    first = attempt(1.0, after=-DAY)
    give(gil, first, 0)
    late = attempt(0.0, after=DAY / 2)
    assert listed(session, item) == [(first, True), (late, False)]
    attempt(0.0, after=4 * DAY)
    assert listed(session, item) == [(first, True), (late, False)], "what is cut off gives nothing"
    give(gil, late, 2)
    assert listed(session, item) == [(late, True)]


def test_an_attempt_within_the_last_second_is_not_cut_off(session, item, attempt, gil):
    item.due_at, item.course.late_days = now().replace(microsecond=0) - 9 * DAY, 1
    item.cut_off_at, item.late_penalty = item.due_at + DAY, 1.0
    session.commit()
    first = attempt(1.0, after=-DAY)
    give(gil, first, 0)
    within = attempt(0.0, after=DAY + timedelta(seconds=0.9))
    assert listed(session, item) == [(first, True), (within, False)]
    attempt(0.0, after=DAY + timedelta(seconds=1))
    assert listed(session, item) == [(first, True), (within, False)]


def test_what_staff_set_as_the_whole_is_raised_by_no_answer(session, item, ina, attempt, gil):
    first = attempt(3.0)
    give(gil, first, 0)
    second = session.get_one(Submission, attempt(2.5))
    points = {"question": "", "points": 2.0, "reason": "copied", "actor_id": ina.user_id}
    points_by_hand.set_override(session, second, **points)
    session.commit()
    assert listed(session, item) == [(first, True)]


def test_a_second_reader_still_finds_what_the_first_one_thought_too_little_of(
    app, auth, session, item, attempt, gil
):
    with app.app_context():
        enrol(session, item.course, add_user(session, "zoe"), Role.GRADER)
    session.commit()
    zoe, first = auth.login("zoe"), attempt(3.0)
    give(gil, first, 1)
    newer = attempt(2.5)
    give(gil, newer, 0)
    assert listed(session, item) == [(first, True)]
    auth.login("ina").post(f"{WHY}/work/{first}", {"grader": staff(session, "Gil", "Zoe")})
    assert (newer, False) in listed(session, item)
    assert zoe.get(f"{WHY}/next").location.endswith(f"/{first}")
    give(zoe, first, 1)
    assert zoe.get(f"{WHY}/next").location.endswith(f"/{newer}")
    give(zoe, newer, 2)
    assert listed(session, item) == [(first, True)], "both say 3.5 of the one and 4 of the other"


def staff(session, *names: str) -> list[str]:
    found = session.scalars(sa.select(User.id).where(User.name.in_(names)))
    return [str(number) for number in found]


def test_readers_have_students_whichever_of_their_attempts_are_read(auth, session, attempt, gil):
    first = attempt(3.0)
    give(gil, first, 0)
    newer = attempt(2.5)
    ina = auth.login("ina")
    chosen = {"grader": staff(session, "Gil", "Ina"), "readers": "2"}
    said = ina.post(f"{WHY}/work", chosen, follow_redirects=True).text
    assert "1 got a reader" in said
    assert sorted(session.scalars(sa.select(Reader.grader_id))) == sorted(
        map(int, chosen["grader"])
    )
    assert gil.get(f"{WHY}/next").location.endswith(f"/{newer}")
    give(gil, newer, 0)
    ina.post(f"{WHY}/work", chosen)
    assert session.scalar(sa.select(sa.func.count(Reader.id))) == 2


def test_pages_and_programs_say_which_attempt_it_is_and_whether_it_counts(ask, attempt, gil):
    first = attempt(3.0)
    give(gil, first, 1)
    newer = attempt(2.5)
    page = gil.get(WHY).text
    assert page.count("does not count yet") == 1
    assert "1 wait for you" in page
    assert gil.get(f"{WHY}/next").location.endswith(f"/{newer}")
    shown = gil.get(f"{WHY}/{newer}").text
    assert "attempt 2 <span" in shown
    assert "does not count yet" in shown
    assert "does not count yet" not in gil.get(f"{WHY}/{first}").text
    found = ask("gil", "GET", QUESTION)[1]["answers"]
    assert [(each["attempt"], each["attempt_counts"], each["waits"]) for each in found] == [
        (1, True, False),
        (2, False, True),
    ]
    one = ask("gil", "GET", f"{QUESTION}/{newer}")[1]
    assert (one["attempt"], one["attempt_counts"]) == (2, False)
    give(gil, newer, 2)
    assert "does not count yet" in gil.get(f"{WHY}/{first}").text


def test_another_courses_attempts_stay_there(session, item, attempt):
    attempt(3.0)
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    assert questions_of(session, other) == []
