"""Written answers of notebooks, read by rubric: points that count, readers, names, changes."""

import re

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.results import QuestionResult, Verdict
from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT, add_user, enrol
from webapp.base.database import db
from webapp.models import (
    AnswerDuty,
    AnswerReading,
    AuditEntry,
    Course,
    ManualGrade,
    PaperReview,
    Role,
    Submission,
    User,
)
from webapp.reading.answers import answers
from webapp.rubrics.answer_rubrics import plain_points
from webapp.rubrics.names import Names
from webapp.scoring.points_by_hand import set_manual_grade

READINGS = "/courses/dl/staff/readings"
ANSWERS = f"{READINGS}/answers"
WHY = f"{ANSWERS}/{ASSIGNMENT}/why"
TWO_ITEMS = {
    **{"title-0": "Reason", "points-0-0": "0", "points-0-1": "1", "label-0-1": "says why"},
    **{"title-1": "Example", "points-1-0": "0", "points-1-1": "1"},
}


@pytest.fixture
def handed_in(graded) -> list[int]:
    """ada's and bob's notebooks, each with an answer to `why`."""
    return [
        graded(
            name, result(score=2), data=notebook(answer=f"**Answer (why):** *because* of {name}")
        ).id
        for name in ("ada", "bob")
    ]


@pytest.fixture
def second_grader(app, session) -> str:
    """zoe grades as well."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    with app.app_context():
        enrol(session, course, add_user(session, "zoe"), Role.GRADER)
    session.commit()
    return "zoe"


def rubric_form(visitor) -> dict[str, str]:
    """The rubric's form as a browser would send it back."""
    found = {}
    for field in re.findall(r"<input [^>]*>", visitor.get(f"{WHY}/rubric").text):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name and re.match(r"(item|title|level|points|label)-", name[1]):
            found[name[1]] = value[1] if value else ""
    return found


def scored(session, number: int) -> tuple[float | None, int]:
    """A submission's points for written answers, and how many of these wait."""
    session.expire_all()
    submission = session.get_one(Submission, number)
    return submission.manual_score, submission.ungraded


def number_of(session, name: str) -> int:
    return session.scalars(sa.select(User.id).where(User.name == name)).one()


def test_an_answer_is_read_and_its_points_count_in_the_submission(auth, session, handed_in):
    gil = auth.login("gil")
    assert "Read the next" in gil.get(ANSWERS).text
    page = gil.get(f"{WHY}/{handed_in[0]}").text
    assert "<em>because</em> of ada" in page
    saved = gil.post(
        f"{WHY}/{handed_in[0]}", {"points": "p1500", "comment": "Good <b>", "then": "next"}
    )
    assert saved.location.endswith(f"/why/{handed_in[1]}")
    assert scored(session, handed_in[0]) == (1.5, 0)
    result_page = auth.login("ada").get(f"/courses/dl/submissions/{handed_in[0]}").text
    assert "Good &lt;b&gt;" in result_page
    assert "<strong>1.5</strong> of 2" in result_page
    last = gil.post(f"{WHY}/{handed_in[1]}", {"points": "p0", "then": "next"})
    assert last.location.endswith("/answers/a01_demo/why")
    assert "Nothing more waits" in gil.get(WHY).text
    assert scored(session, handed_in[1]) == (0, 0)
    assert session.scalars(sa.select(AuditEntry.action)).all().count("read written answer") == 2


def test_no_level_and_too_long_a_comment_are_refused_and_come_back(auth, session, handed_in):
    gil = auth.login("gil")
    none = gil.post(f"{WHY}/{handed_in[0]}", {"comment": "Kept <b>"})
    assert none.status_code == 422
    assert "Points has no level yet" in none.text
    assert "Kept &lt;b&gt;" in none.text
    long = gil.post(f"{WHY}/{handed_in[0]}", {"points": "p2000", "comment": "x" * 5001})
    assert "5001 characters, expected at most 5000" in long.text
    assert scored(session, handed_in[0]) == (None, 1)


def test_only_written_questions_of_the_course_and_submissions_with_them_are_there(
    auth, session, graded, handed_in
):
    gil = auth.login("gil")
    without = graded("bob", result(manual=False)).id
    for address in (
        f"{ANSWERS}/{ASSIGNMENT}/dense",
        f"{ANSWERS}/a09_none/why",
        f"{WHY}/{without}",
        f"{WHY}/9999",
    ):
        assert gil.get(address).status_code == 404
    eve = auth.login("eve")
    assert eve.get(WHY.replace("/dl/", "/other/")).status_code == 404


def test_two_readers_count_as_their_mean_and_a_disagreement_shows(
    auth, session, handed_in, second_grader
):
    gil, zoe = auth.login("gil"), auth.login("zoe")
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p2000", "comment": "Superb."})
    before = zoe.get(f"{WHY}/{handed_in[0]}").text
    assert "Superb." not in before
    assert "1 other reading: shown once you have saved yours" in before
    zoe.post(f"{WHY}/{handed_in[0]}", {"points": "p1000", "comment": "An example lacks."})
    assert "Superb." in zoe.get(f"{WHY}/{handed_in[0]}").text
    assert scored(session, handed_in[0]) == (1.5, 0)
    grade = session.scalars(sa.select(ManualGrade)).one()
    assert grade.comment == "Superb.\n\nAn example lacks."
    assert "Readers differ by 1" in gil.get(f"{WHY}?show=disputed").text
    rows = re.findall(r'<th scope="row">(Gil|Zoe)</th>', zoe.get(f"{WHY}/work").text)
    assert sorted(rows) == ["Gil", "Gil", "Zoe", "Zoe"]


def test_a_list_keeps_what_others_gave_from_who_has_yet_to_read_it(
    auth, ask, session, handed_in, second_grader
):
    gil, zoe = auth.login("gil"), auth.login("zoe")
    readers = {"grader": [str(number_of(session, "Zoe"))]}
    auth.login("ina").post(f"{WHY}/work/{handed_in[0]}", readers)
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p1500"})
    assert "1.5 of 2" in gil.get(WHY).text
    before = zoe.get(WHY).text
    assert "1.5" not in before
    assert "1 reading: shown once you have saved yours" in before
    address = f"/api/v1/courses/dl/staff/assignments/{ASSIGNMENT}/answers/why"
    listed = ask("zoe", "GET", address)[1]["answers"][0]
    assert (listed["points"], listed["mean"], listed["counts"], listed["unseen"]) == (
        [],
        None,
        None,
        1,
    )
    zoe.post(f"{WHY}/{handed_in[0]}", {"points": "p1000"})
    assert "1.25 of 2" in zoe.get(WHY).text
    listed = ask("zoe", "GET", address)[1]["answers"][0]
    assert (listed["mean"], listed["counts"], listed["unseen"]) == (1.25, 1.25, 0)


def test_a_changed_rubric_changes_what_is_read_already_but_not_points_by_hand(
    auth, session, handed_in
):
    gil, ina = auth.login("gil"), auth.login("ina")
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p1000"})
    gil.post(f"{WHY}/{handed_in[1]}", {"points": "p1000"})
    by_hand = f"/courses/dl/staff/submissions/{handed_in[1]}/grades/why"
    gil.post(by_hand, {"points": "0.3"})
    assert "points by hand" in gil.get(WHY).text
    form = rubric_form(ina)
    form[next(key for key, text in form.items() if text == "1" and "points-" in key)] = "1.25"
    saved = ina.post(f"{WHY}/rubric", form, follow_redirects=True)
    assert "Scores that changed with it: 1." in saved.text
    assert scored(session, handed_in[0]) == (1.25, 0)
    assert scored(session, handed_in[1]) == (0.3, 0)


def test_points_given_by_hand_since_outlast_a_mended_comment(auth, session, handed_in):
    gil, number = auth.login("gil"), handed_in[0]
    gil.post(f"{WHY}/{number}", {"points": "p1000", "comment": "ok"})
    submission, grader = session.get_one(Submission, number), number_of(session, "Gil")
    points = {"question": "why", "points": 2, "comment": "you are right"}
    set_manual_grade(session, submission, **points, grader_id=grader)
    session.commit()
    saved = gil.post(f"{WHY}/{number}", {"points": "p1000", "comment": "o.k."})
    assert scored(session, number) == (2, 0)
    assert "keeps the 2 points that staff gave by hand" in gil.get(saved.location).text
    reading = session.scalars(sa.select(AnswerReading)).one()
    assert reading.comment == "o.k."


def test_points_given_by_hand_before_any_reading_stay_until_a_reader_says_otherwise(
    auth, session, handed_in
):
    gil, number = auth.login("gil"), handed_in[0]
    page = f"{WHY}/{number}"
    assert "by hand" not in gil.get(page).text
    gil.post(f"/courses/dl/staff/submissions/{number}/grades/why", {"points": "0.3"})
    shown = gil.get(page).text
    assert "Staff gave this answer 0.3 points by hand. They stay" in shown
    assert 'name="instead-of" id="instead-of" value="0.3">' in shown
    saved = gil.post(page, {"points": "p1000"})
    assert scored(session, number) == (0.3, 0)
    assert "keeps the 0.3 points that staff gave by hand" in gil.get(saved.location).text
    assert "They stay" in gil.get(page).text
    gil.post(page, {"points": "p1000", "instead-of": "0.2"})
    assert scored(session, number) == (0.3, 0), "somebody changed them since the page was opened"
    gil.post(page, {"points": "p1000", "instead-of": "0.3"})
    assert scored(session, number) == (1, 0)
    assert "They stay" not in gil.get(page).text
    chosen = sa.select(AuditEntry.detail).where(AuditEntry.action == "read written answer")
    noted = session.scalars(chosen.order_by(AuditEntry.id)).all()
    assert [each["stays_by_hand"] for each in noted] == [0.3, 0.3, None]
    assert [each["instead_of_by_hand"] for each in noted] == [None, None, 0.3]


def test_what_staff_wrote_beside_the_readings_outlasts_them(auth, session, handed_in):
    gil, ina, number = auth.login("gil"), auth.login("ina"), handed_in[0]
    page, by_hand = f"{WHY}/{number}", f"/courses/dl/staff/submissions/{number}/grades/why"
    comment = sa.select(ManualGrade.comment).where(ManualGrade.submission_id == number)
    gil.post(page, {"points": "p1000", "comment": "ok"})
    ina.post(by_hand, {"points": "1", "comment": "See me on Friday."})
    gil.post(page, {"points": "p1500", "comment": "o.k."})
    assert session.scalars(comment).one() == "See me on Friday.\n\no.k."
    ina.post(page, {"points": "p500", "comment": "Short."})
    gil.post(page, {"points": "p1500", "comment": "Fine."})
    session.expire_all()
    assert session.scalars(comment).one() == "See me on Friday.\n\nFine.\n\nShort."
    other = f"{WHY}/{handed_in[1]}"
    ina.post(
        by_hand.replace(f"/{number}/", f"/{handed_in[1]}/"), {"points": "2", "comment": "Mine"}
    )
    gil.post(other, {"points": "p0", "comment": "No.", "instead-of": "2.0"})
    again = sa.select(ManualGrade.comment).where(ManualGrade.submission_id == handed_in[1])
    assert session.scalars(again).one() == "Mine\n\nNo."


def test_a_line_is_a_line_however_a_browser_ends_it(auth, session, handed_in):
    gil, number = auth.login("gil"), handed_in[0]
    page, by_hand = f"{WHY}/{number}", f"/courses/dl/staff/submissions/{number}/grades/why"
    longest = "x\r\n" * 2499 + "xy"
    assert gil.post(page, {"points": "p1000", "comment": longest}).status_code == 303
    gil.post(page, {"points": "p1000", "comment": "One.\r\nTwo."})
    gil.post(by_hand, {"points": "1", "comment": "One.\r\nTwo."})
    gil.post(page, {"points": "p1500", "comment": "Three."})
    session.expire_all()
    assert session.scalars(sa.select(ManualGrade.comment)).one() == "Three."


def version_in(text: str) -> dict[str, str]:
    """The rubric that a page shows, as its form names it."""
    return {"rubric-version": re.search(r'name="rubric-version" value="(\w+)"', text)[1]}


def test_a_reading_by_a_rubric_that_has_changed_since_is_refused_and_comes_back(
    auth, session, handed_in
):
    gil, ina, page = auth.login("gil"), auth.login("ina"), f"{WHY}/{handed_in[0]}"
    opened = version_in(gil.get(page).text)
    form = rubric_form(ina)
    words = next(key for key, text in form.items() if text == "1" and "points-" in key)
    ina.post(f"{WHY}/rubric", form | {words: "0.75"})
    marks = {"points": "p1000", "comment": "Kept <b>"}
    refused = gil.post(page, marks | opened)
    assert refused.status_code == 409
    assert "The rubric has changed since you opened it" in refused.text
    assert "Kept &lt;b&gt;" in refused.text
    assert re.search('value="p1000"[^>]* checked', refused.text)
    assert scored(session, handed_in[0]) == (None, 1)
    assert gil.post(page, marks | version_in(refused.text)).status_code == 303
    assert scored(session, handed_in[0]) == (0.75, 0)


def test_two_who_change_a_rubric_at_once_do_not_undo_each_other_unawares(auth, session, handed_in):
    ina = auth.login("ina")
    form = rubric_form(ina) | version_in(ina.get(f"{WHY}/rubric").text)
    assert ina.post(f"{WHY}/rubric", form | {"title-0": "Theirs"}).status_code == 303
    refused = ina.post(f"{WHY}/rubric", form | {"title-0": "Mine <b>"})
    assert refused.status_code == 422
    assert "Somebody changed this rubric while you did" in refused.text
    assert "Mine &lt;b&gt;" in refused.text
    again = form | version_in(refused.text) | {"title-0": "Mine <b>"}
    assert ina.post(f"{WHY}/rubric", again).status_code == 303


def test_an_answer_is_worth_no_more_than_in_its_own_notebook(auth, session, graded, handed_in):
    found = result(score=3)
    why = QuestionResult("why", "manual", None, 1, Verdict.PENDING)
    shorter = replace(found, questions=(found.questions[0], why), max_score=4)
    number, gil = graded("bob", shorter).id, auth.login("gil")
    gil.post(f"{WHY}/{number}", {"points": "p2000", "comment": ""})
    assert scored(session, number) == (1, 0)
    item = session.get_one(Submission, number).course_assignment
    names = Names(hidden=False)
    listed = answers(session, item, "why", rubric=plain_points(2), names=names)
    (mine,) = [each for each in listed if each.id == number]
    assert (mine.given, mine.mean, mine.by_hand) == (1, 2, False)


def test_an_item_that_is_added_lets_answers_wait_again_until_it_goes(auth, session, handed_in):
    gil, ina = auth.login("gil"), auth.login("ina")
    assert ina.post(f"{WHY}/rubric", TWO_ITEMS).status_code == 303
    form = rubric_form(ina)
    keys = {form["item-0"]: form["level-0-1"], form["item-1"]: form["level-1-0"]}
    gil.post(f"{WHY}/{handed_in[0]}", {**keys, "comment": "Kept."})
    assert scored(session, handed_in[0]) == (1, 0)
    changed = form | {"points-0-1": "0.5", "title-2": "New", "points-2-0": "0", "points-2-1": "0.5"}
    assert ina.post(f"{WHY}/rubric", changed).status_code == 303
    assert scored(session, handed_in[0]) == (None, 1)
    assert gil.post(f"{WHY}/{handed_in[0]}", keys).status_code == 422
    ina.post(f"{WHY}/rubric", form)
    assert scored(session, handed_in[0]) == (1, 0)
    assert session.scalars(sa.select(ManualGrade.comment)).one() == "Kept."


def test_a_rubric_must_be_worth_what_the_question_is_and_keep_given_levels(
    auth, session, handed_in
):
    gil, ina = auth.login("gil"), auth.login("ina")
    more = ina.post(f"{WHY}/rubric", TWO_ITEMS | {"points-1-1": "2"})
    assert more.status_code == 422
    assert "add up to 3 points, but the question is worth 2" in more.text
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p500"})
    form = rubric_form(ina)
    emptied = {key: "" if text == "0.5" else text for key, text in form.items()}
    refused = ina.post(f"{WHY}/rubric", emptied)
    assert "Points at 0.5 points is given already" in refused.text
    assert scored(session, handed_in[0]) == (0.5, 0)


def test_answers_are_divided_change_hands_and_follow_the_student_to_the_next_attempt(
    auth, session, graded, handed_in, second_grader
):
    ina, gil = auth.login("ina"), auth.login("gil")
    zoe_id, gil_id = number_of(session, "Zoe"), number_of(session, "Gil")
    graders = {"grader": [str(zoe_id), str(gil_id)], "readers": "1"}
    ina.post(f"{WHY}/work", graders)
    duties = session.execute(sa.select(AnswerDuty.user_id, AnswerDuty.grader_id)).all()
    assert {grader for _, grader in duties} == {zoe_id, gil_id}
    assert len(duties) == 2
    ada = number_of(session, "Ada")
    ina.post(f"{WHY}/work/{handed_in[0]}", {"grader": [str(zoe_id)]})
    ina.post(f"{WHY}/work/{handed_in[1]}", {"grader": [str(zoe_id)]})
    assert gil.get(f"{WHY}/next").location.endswith("/why")
    ina.post(f"{WHY}/work/{handed_in[0]}", {"grader": [str(gil_id)]})
    assert gil.get(f"{WHY}/next").location.endswith(f"/{handed_in[0]}")
    newer = graded("ada", result(score=3), data=notebook("y = 2", answer="**Answer (why):** new"))
    assert gil.get(f"{WHY}/next").location.endswith(f"/{newer.id}")
    assert session.scalars(sa.select(AnswerDuty.grader_id).filter_by(user_id=ada)).all() == [gil_id]


def test_what_a_grader_who_left_was_to_read_waits_for_the_others(
    auth, session, handed_in, second_grader
):
    gil, ina, zoe_id = auth.login("gil"), auth.login("ina"), number_of(session, "Zoe")
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    review = PaperReview(course_id=course.id, user_id=number_of(session, "Ada"), paper="P", body="")
    session.add(review)
    session.commit()
    for work in (f"{WHY}/work/{handed_in[0]}", f"{READINGS}/work/review/{review.id}"):
        ina.post(work, {"grader": [str(zoe_id)]})
    assert gil.get(f"{WHY}/next").location.endswith(f"/{handed_in[1]}")
    assert gil.get(f"{READINGS}/next").location.endswith("/readings")
    ina.post(f"/courses/dl/staff/people/{zoe_id}/remove")
    assert gil.get(f"{WHY}/next").location.endswith(f"/{handed_in[0]}")
    assert gil.get(f"{READINGS}/next").location.endswith(f"/reviews/{review.id}")
    gone = sa.select(AuditEntry.detail).where(AuditEntry.action == "remove from course")
    assert session.scalars(gone).one() == {"readings_given_back": 2}


def test_hidden_names_appear_nowhere_while_answers_are_read(auth, session, graded):
    number = graded("ada", data=notebook(answer="**Answer (why):** for no reason")).id
    gil, ina = auth.login("gil"), auth.login("ina")
    pages = (WHY, f"{WHY}/{number}")
    assert all("Ada" in gil.get(page).text for page in pages)
    ina.post(f"{READINGS}/names", {"hidden": "yes"})
    seen = [gil.get(page).text for page in pages]
    assert not any("Ada" in text or f"/submissions/{number}" in text for text in seen)
    stand_in = re.search(r"Author [0-9a-f]{6}", seen[0])[0]
    assert stand_in in seen[1]


def test_kept_comments_are_offered_and_a_regrade_keeps_what_was_read(auth, session, handed_in):
    gil = auth.login("gil")
    gil.post(f"{READINGS}/comments", {"text": "Say <why>."})
    assert '<option value="Say &lt;why&gt;.">' in gil.get(f"{WHY}/{handed_in[0]}").text
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p2000"})
    gil.post(f"{WHY}/{handed_in[0]}", {"points": "p500"})
    assert session.scalar(sa.select(sa.func.count(AnswerReading.id))) == 1
    assert scored(session, handed_in[0]) == (0.5, 0)


@pytest.mark.parametrize(
    ("most", "points"),
    [
        (2, [0, 0.5, 1, 1.5, 2]),
        (3, [0, 0.5, 1, 1.5, 2, 2.5, 3]),
        (10, [0, 2, 4, 6, 8, 10]),
        (0.3, [0, 0.075, 0.15, 0.225, 0.3]),
    ],
)
def test_plain_points_are_a_few_even_steps_to_what_the_question_is_worth(most, points):
    (item,) = plain_points(most).items
    assert [level.points for level in item.levels] == pytest.approx(points)
    assert len({item.shortcut(level) for level in item.levels}) == len(points)


@pytest.mark.parametrize("page", ["", "/a01_demo/why", "/a01_demo/why/work"])
def test_the_pages_take_no_query_per_answer(auth, app, graded, page):
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))

    def statements() -> int:
        gil.get(ANSWERS + page)
        seen.clear()
        assert gil.get(ANSWERS + page).status_code == 200
        return len(seen)

    gil = auth.login("gil")
    graded("ada")
    one = statements()
    number = graded("bob").id
    gil.post(f"{WHY}/{number}", {"points": "p2000"})
    assert statements() <= one <= 15
