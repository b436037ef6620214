"""Reading by program: by the rubric, as the pages do it, and with their log."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import ASSIGNMENT, add_user, enrol
from webapp.base.database import db
from webapp.models import (
    AuditEntry,
    Course,
    PaperReview,
    PresentationPlace,
    Proposal,
    Reading,
    ReadingRules,
    Role,
    Submission,
    Team,
    TeamMember,
    User,
)

STAFF = "/api/v1/courses/dl/staff"
QUESTION = f"{STAFF}/assignments/{ASSIGNMENT}/answers/why"
MARKS = {"selections": {"clarity": "4", "communication": "3"}, "comment": "Good <b>."}


@pytest.fixture
def course(session) -> Course:
    return session.scalars(sa.select(Course).where(Course.slug == "dl")).one()


@pytest.fixture
def zoe(app, session, course) -> str:
    """A second grader."""
    with app.app_context():
        enrol(session, course, add_user(session, "zoe"), Role.GRADER)
    session.commit()
    return "zoe"


@pytest.fixture
def review(session, course) -> int:
    """A review of ada's."""
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    row = PaperReview(course_id=course.id, user_id=ada.id, paper="Attention", body="*Text*")
    session.add(row)
    session.commit()
    return row.id


@pytest.fixture
def proposal(session, course) -> int:
    """A proposal of ada's and bob's team, in the running order."""
    row = Proposal(title="Title", abstract="Abstract")
    team = Team(course_id=course.id, name="Red", invitation_code="RED", proposal=row)
    for user in session.scalars(sa.select(User).where(User.name.in_(["Ada", "Bob"]))):
        team.members.append(TeamMember(course_id=course.id, user_id=user.id))
    session.add(team)
    session.flush()
    session.add(PresentationPlace(proposal_id=row.id, course_id=course.id, position=0))
    session.commit()
    return row.id


def entries(session) -> list[AuditEntry]:
    found = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert all(entry.detail["by"] == "API" for entry in found)
    return list(found)


def test_works_are_listed_and_read_by_their_rubric(ask, session, review, proposal):
    code, found = ask("gil", "GET", f"{STAFF}/readings")
    assert (code, found["found"]) == (200, 2)
    assert [(w["kind"], w["title"], w["waits"]) for w in found["works"]] == [
        ("proposal", "Title", True),
        ("review", "Attention", True),
    ]
    address = f"{STAFF}/readings/review/{review}"
    work = ask("gil", "GET", address)[1]
    assert (work["authors"], work["text"], work["mine"]) == ("Ada", "*Text*", None)
    assert [item["item"] for item in work["rubric"]["items"]] == ["clarity", "communication"]
    code, given = ask("gil", "POST", address, MARKS)
    assert (code, given["points"], given["reader"]) == (200, 7, "Gil")
    ask("gil", "POST", address, MARKS | {"comment": "Better."})
    assert session.scalars(sa.select(Reading.comment)).all() == ["Better."]
    (listed,) = ask("gil", "GET", f"{STAFF}/readings?kind=review")[1]["works"]
    assert (listed["mean"], listed["possible"], listed["waits"]) == (7, 10, False)
    assert ask("gil", "GET", f"{STAFF}/readings?show=mine")[1]["found"] == 1
    first = entries(session)[0]
    assert (first.action, first.subject) == ("score written option", f"review {review}")
    assert first.detail["chosen"].startswith("Clarity of writing 4; ")


def test_a_proposal_is_scored_as_well(ask, session, proposal):
    address = f"{STAFF}/readings/proposal/{proposal}"
    assert ask("ina", "POST", address, MARKS)[1]["points"] == 7
    work = ask("ina", "GET", address)[1]
    assert (work["authors"], work["text"]) == ("Red: Ada, Bob", "Abstract")
    assert work["mine"]["selections"] == MARKS["selections"]
    assert [entry.subject for entry in entries(session)] == [f"proposal {proposal}"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"selections": {"clarity": "4"}}, "main ideas has no level yet"),
        ({"selections": {"clarity": "9", "communication": "3"}}, "Clarity of writing has no level"),
        ({"selections": {"style": "1"}}, "no item 'style', expected clarity, communication"),
        ({"comment": "x" * 5001}, "does not fit"),
    ],
)
def test_what_are_no_marks_is_refused_with_a_sentence(ask, session, review, change, sentence):
    code, found = ask("gil", "POST", f"{STAFF}/readings/review/{review}", MARKS | change)
    assert code == 422
    assert sentence in found["error"]
    assert session.scalars(sa.select(Reading)).all() == []
    assert entries(session) == []


def test_a_second_reader_sees_the_first_one_s_marks_after_their_own(ask, review, zoe):
    address = f"{STAFF}/readings/review/{review}"
    ask("gil", "POST", address, MARKS)
    before = ask(zoe, "GET", address)[1]
    assert (before["others"], before["unseen"]) == ([], 1)
    ask(zoe, "POST", address, {"selections": {"clarity": "0", "communication": "3"}})
    after = ask(zoe, "GET", address)[1]
    assert [other["comment"] for other in after["others"]] == ["Good <b>."]
    (listed,) = ask("gil", "GET", f"{STAFF}/readings?show=disputed")[1]["works"]
    assert (listed["mean"], [each["points"] for each in listed["points"]]) == (5, [7, 3])


def test_names_are_hidden_from_programs_where_pages_hide_them(ask, session, course, graded, review):
    graded("ada", result(score=2))
    session.add(ReadingRules(course_id=course.id, names_hidden=True))
    session.commit()
    for path in (f"{STAFF}/readings", f"{STAFF}/readings/review/{review}", QUESTION):
        assert "Ada" not in str(ask("gil", "GET", path)[1]), path
    assert ask("gil", "GET", f"{QUESTION}/1")[1]["authors"].startswith("Author ")


@pytest.mark.parametrize("path", ["review/999", "poem/1", "proposal/1"])
def test_what_is_no_work_of_the_course_is_not_there(ask, review, path):
    assert ask("gil", "GET", f"{STAFF}/readings/{path}")[0] == 404
    assert ask("gil", "POST", f"{STAFF}/readings/{path}", MARKS)[0] == 404
    other = f"{STAFF}/readings/review/{review}".replace("/dl/", "/other/")
    assert ask("eve", "GET", other)[0] == 404
    assert ask("ada", "GET", f"{STAFF}/readings/review/{review}")[0] == 403


def test_an_answer_is_read_and_the_mean_of_its_readers_counts(ask, session, graded, zoe):
    data = notebook(answer="**Answer (why):** *because*")
    number = graded("ada", result(score=2), data=data).id
    (asked,) = ask("gil", "GET", f"{STAFF}/answers")[1]["questions"]
    assert (asked["question"], asked["possible"], asked["waiting"]) == ("why", 2, 1)
    address = f"{QUESTION}/{number}"
    found = ask("gil", "GET", address)[1]
    assert "*because*" in found["text"]
    levels = [level["level"] for level in found["rubric"]["items"][0]["levels"]]
    for reader, level in (("gil", levels[-1]), (zoe, levels[0])):
        assert ask(reader, "POST", address, {"selections": {"points": level}})[0] == 200
    assert session.get_one(Submission, number).manual_score == 1
    (listed,) = ask("gil", "GET", f"{QUESTION}?show=disputed")[1]["answers"]
    assert (listed["submission"], listed["counts"], listed["by_hand"]) == (number, 1, False)
    assert ask("gil", "GET", f"{QUESTION}?show=mine")[1]["found"] == 0
    assert ask("gil", "POST", address, {"selections": {}})[0] == 422
    assert ask("gil", "GET", f"{QUESTION}/999")[0] == 404
    assert ask("gil", "GET", f"{QUESTION[:-3]}dense")[0] == 404
    assert [entry.action for entry in entries(session)] == ["read written answer"] * 2


@pytest.mark.parametrize("kind", ["proposal", "review", "presentation"])
def test_a_reading_by_another_rubric_than_holds_is_refused(ask, session, review, proposal, kind):
    address = {
        "proposal": f"{STAFF}/readings/proposal/{proposal}",
        "review": f"{STAFF}/readings/review/{review}",
        "presentation": f"{STAFF}/presentations/{proposal}/score",
    }[kind]
    shown = address if kind != "presentation" else f"{STAFF}/presentations"
    version = ask("gil", "GET", shown)[1]["rubric"]["version"]
    code, found = ask("gil", "POST", address, MARKS | {"rubric": "another"})
    assert (code, "rubric has changed since you opened it" in found["error"]) == (409, True)
    assert entries(session) == []
    assert ask("gil", "POST", address, MARKS | {"rubric": version})[0] == 200


def test_points_by_hand_stay_until_a_program_says_otherwise(ask, auth, session, graded):
    number = graded("ada").id
    points = f"/courses/dl/staff/submissions/{number}/grades/why"
    auth.login("gil").post(points, {"points": "0.3"})
    address, marks = f"{QUESTION}/{number}", {"selections": {"points": "p1000"}}
    before = ask("gil", "GET", address)[1]
    assert before["by_hand"] == 0.3
    version = before["rubric"]["version"]
    assert ask("gil", "POST", address, marks | {"rubric": f"{version}?"})[0] == 409
    code, given = ask("gil", "POST", address, marks | {"rubric": version})
    assert (code, given["points"], given["by_hand"]) == (200, 1, 0.3)
    assert session.get_one(Submission, number).manual_score == 0.3
    assert ask("gil", "POST", address, marks | {"instead_of": 0.3})[1]["by_hand"] is None
    assert session.get_one(Submission, number).manual_score == 1
    assert ask("gil", "GET", address)[1]["by_hand"] is None


def test_presentations_are_scored_and_their_results_read(ask, session, proposal):
    address = f"{STAFF}/presentations"
    assert ask("gil", "POST", f"{address}/{proposal}/score", MARKS)[1]["points"] == 7
    ask(
        "ina",
        "POST",
        f"{address}/{proposal}/score",
        {"selections": {**MARKS["selections"], "clarity": "2"}},
    )
    found = ask("gil", "GET", address)[1]
    (team,) = found["presentations"]
    assert (team["place"], team["team"], team["members"]) == (1, "Red", ["Ada", "Bob"])
    assert (team["scores"], team["mean"], team["comments"]) == (2, 6, ["Good <b>."])
    assert [(each["item"], each["mean"]) for each in team["items"]] == [
        ("clarity", 3),
        ("communication", 3),
    ]
    assert found["rubric"]["possible"] == 10
    assert ask("gil", "POST", f"{address}/999/score", MARKS)[0] == 404
    assert (
        ask("eve", "POST", f"{address.replace('/dl/', '/other/')}/{proposal}/score", MARKS)[0]
        == 404
    )
    assert [entry.action for entry in entries(session)] == ["score presentation"] * 2


def test_lists_take_no_query_for_each_row(app, ask, graded, review, proposal):
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))

    def statements(path: str) -> int:
        seen.clear()
        assert ask("gil", "GET", path)[0] == 200
        return len(seen)

    paths = [f"{STAFF}/{name}" for name in ("readings", "presentations", "answers", "grades")]
    graded("ada")
    paths.append(QUESTION)
    one = [statements(path) for path in paths]
    graded("bob")
    ask("ina", "POST", f"{STAFF}/readings/review/{review}", MARKS)
    ask("ina", "POST", f"{STAFF}/presentations/{proposal}/score", MARKS)
    two = [statements(path) for path in paths]
    assert all(now <= before <= 15 for before, now in zip(one, two, strict=True)), (one, two)
