"""Written answers of notebooks, read by rubric: points that count, readers, names, changes."""

import re

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.database import db
from webapp.models import (
    AuditEntry,
    Course,
    ManualGrade,
    PaperReview,
    Reader,
    Reading,
    Submission,
    User,
)

READINGS = "/courses/dl/staff/readings"
ANSWERS = f"{READINGS}/answers"
WHY = f"{ANSWERS}/{ASSIGNMENT}/why"
TWO_ITEMS = {
    **{"title-0": "Reason", "points-0-0": "0", "points-0-1": "1", "label-0-1": "says why"},
    **{"title-1": "Example", "points-1-0": "0", "points-1-1": "1"},
}


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
    duties = session.execute(sa.select(Reader.user_id, Reader.grader_id)).all()
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
    assert session.scalars(sa.select(Reader.grader_id).filter_by(user_id=ada)).all() == [gil_id]


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
    assert session.scalar(sa.select(sa.func.count(Reading.id))) == 1
    assert scored(session, handed_in[0]) == (0.5, 0)


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
