"""Regrade requests and points set by hand: asked once, answered once, never lost to a regrade."""

import re

import pytest
import sqlalchemy as sa

from tests.webapp.graders import StandInPool, notebook, result
from tests.webapp.queue.test_jobs import drain
from tests.webapp.regrades.test_regrades import begin, graded_by, runner
from webapp.gradebook.counting_attempts import score_table, total_of
from webapp.models import (
    AuditEntry,
    Course,
    CourseAssignment,
    ManualGrade,
    MessageTemplate,
    QuestionScore,
    RegradeRequest,
    RequestState,
    ScoreOverride,
)
from webapp.regrades import operations
from webapp.visibility.operations import publish as show_results

LIST = "/courses/dl/staff/requests"


def page_of(submission):
    return f"/courses/dl/submissions/{submission.id}"


def ask(visitor, submission, reason="My sum is over the right axis.", question="dense"):
    return visitor.post(f"{page_of(submission)}/questions/{question}/request", {"reason": reason})


def override(visitor, submission, points, reason="The check is too strict.", question="dense"):
    form = {"question": question, "points": points, "reason": reason}
    return visitor.post(f"/courses/dl/staff/submissions/{submission.id}/override", form)


def answer(visitor, session, decision="accept", **form):
    number = session.scalar(sa.select(sa.func.max(RegradeRequest.id)))
    return visitor.post(
        f"{LIST}/{number}", {"decision": decision, "reply": "You are right.", **form}
    )


@pytest.fixture
def assignment(session):
    return session.scalars(
        sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    ).one()


def test_a_request_is_answered_with_points_and_the_student_reads_both(auth, session, graded):
    submission = graded("ada", result(score=1))
    ada, gil = auth.login("ada"), auth.login("gil")
    assert ask(ada, submission).status_code == 303
    listed = gil.get(LIST).text
    assert "My sum is over the right axis." in listed
    assert "the checks give 1 of 3" in listed
    assert answer(gil, session, points="2.5").status_code == 303
    session.refresh(submission)
    assert (submission.score, submission.auto_score) == (2.5, 1)
    shown = ada.get(page_of(submission)).text
    assert "<strong>2.5</strong> of 3" in shown
    assert "the checks gave 1" in shown
    assert shown.count("You are right.") == 2
    home = ada.get("/courses/dl/").text
    assert "Accepted" in home
    assert "You are right." in home
    assert "No request is open" in gil.get(LIST).text
    log = session.scalars(sa.select(AuditEntry)).one()
    assert (log.action, log.subject) == ("answer regrade request", f"submission {submission.id}")
    assert log.detail["points"] == "2.5"


def test_a_declined_request_changes_no_score_and_another_may_follow(auth, session, graded):
    submission = graded("ada", result(score=1))
    ada, gil = auth.login("ada"), auth.login("gil")
    ask(ada, submission)
    assert answer(gil, session, "decline", points="3").status_code == 422
    assert answer(gil, session, "decline").status_code == 303
    session.refresh(submission)
    assert submission.score == 1
    assert "Declined" in ada.get(page_of(submission)).text
    assert ask(ada, submission, "Once more.").status_code == 303


def test_one_request_is_open_for_a_question_whatever_the_attempt(auth, session, graded):
    first = graded("ada", result(score=1), notebook("a = 1"))
    second = graded("ada", result(score=2), notebook("a = 2"))
    ada = auth.login("ada")
    assert ask(ada, first).status_code == 303
    refused = ask(ada, second)
    assert refused.status_code == 422
    assert "is open already" in refused.text
    assert ask(ada, second, question="why").status_code == 303
    assert session.scalar(sa.select(sa.func.count(RegradeRequest.id))) == 2


@pytest.mark.parametrize(
    ("reason", "question", "sentence"),
    [
        ("  ", "dense", "Say what staff should look at"),
        ("w" * 2001, "dense", "2001 characters, expected at most 2000"),
        ("Please.", "nothing", "no result for that question"),
    ],
)
def test_a_request_that_says_nothing_is_refused(auth, session, graded, reason, question, sentence):
    response = ask(auth.login("ada"), graded("ada"), reason, question)
    assert response.status_code == 422
    if question == "dense":
        assert sentence in response.text
    assert session.scalar(sa.select(sa.func.count(RegradeRequest.id))) == 0


def test_nothing_of_a_held_back_result_is_told_by_requests_or_overrides(
    auth, session, graded, assignment
):
    submission = graded("ada", result(score=1))
    override(auth.login("gil"), submission, "2.75")
    show_results(session, assignment, on=False)
    session.commit()
    ada = auth.login("ada")
    assert ask(ada, submission).status_code == 422
    shown = ada.get(page_of(submission)).text
    assert "2.75" not in shown
    assert "too strict" not in shown
    assert b"2.75" not in ada.get("/account/data.zip").data


def test_an_answer_needs_a_reply_and_points_within_the_question(auth, session, graded):
    ask(auth.login("ada"), graded("ada", result(score=1)))
    gil = auth.login("gil")
    assert "Write a reply" in answer(gil, session, reply=" ").text
    refused = answer(gil, session, points="3.5", reply="Typed <text>.")
    assert refused.status_code == 422
    assert "expected a number from 0 to 3" in refused.text
    assert "Typed &lt;text&gt;." in refused.text
    assert session.scalars(sa.select(RegradeRequest.state)).one() == RequestState.OPEN
    assert session.scalar(sa.select(sa.func.count(ScoreOverride.id))) == 0


def test_a_request_is_answered_once(auth, session, graded):
    ask(auth.login("ada"), graded("ada"))
    gil = auth.login("gil")
    assert answer(gil, session).status_code == 303
    again = answer(gil, session, "decline", reply="No.")
    assert again.status_code == 422
    assert session.scalars(sa.select(RegradeRequest.reply)).one() == "You are right."


def test_a_request_about_a_written_answer_changes_staffs_own_grade(auth, session, graded):
    submission = graded("ada", result(score=3))
    grade = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    gil = auth.login("gil")
    gil.post(grade, {"points": "0.5", "comment": "Say more."})
    ask(auth.login("ada"), submission, question="why")
    answer(gil, session, points="2")
    kept = session.scalars(sa.select(ManualGrade)).one()
    assert (kept.points, kept.comment) == (2, "Say more.")
    session.refresh(submission)
    assert (submission.score, submission.ungraded) == (5, 0)
    assert session.scalar(sa.select(sa.func.count(ScoreOverride.id))) == 0


def test_the_list_is_filtered_and_paged_with_a_fixed_number_of_statements(
    auth, session, graded, app
):
    for name in ("ada", "bob"):
        ask(auth.login(name), graded(name))
    gil = auth.login("gil")

    def names(query):
        return re.findall(r">(\w+): \w+</a></h2>", gil.get(f"{LIST}?{query}").text)

    assert sorted(names("")) == ["Ada", "Bob"]
    assert names("search=ADA@") == ["Ada"]
    assert names("state=declined") == []
    assert names("assignment=a02_none") == []
    answer(gil, session)
    assert names("state=accepted&page=9") == ["Bob"]
    assert names("state=all") == ["Ada", "Bob"]


def test_points_set_by_hand_count_everywhere_and_leave_the_automatic_ones(
    auth, session, graded, assignment
):
    submission = graded("ada", result(score=1))
    gil = auth.login("gil")
    assert override(gil, submission, "3").status_code == 303
    session.refresh(submission)
    assert (submission.auto_score, submission.score) == (1, 3)
    assert session.scalars(
        sa.select(QuestionScore.score).where(QuestionScore.kind == "auto")
    ).all() == [1]
    (row,) = [row for row in score_table(session, assignment.course) if row.name == "Ada"]
    assert total_of([assignment], row.scores) == 3
    shown = auth.login("ada").get(page_of(submission)).text
    assert "Gil set 3 points" in shown
    assert "The check is too strict." in shown
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.detail["before"] == 1
    assert entry.detail["reason"] == "The check is too strict."
    remove = f"/courses/dl/staff/submissions/{submission.id}/override/remove"
    assert gil.post(remove, {"question": "dense"}).status_code == 303
    session.refresh(submission)
    assert (submission.score, submission.adjustment) == (1, None)


def test_points_for_the_whole_attempt_stay_when_a_written_answer_is_graded(auth, session, graded):
    submission = graded("ada", result(score=1))
    gil = auth.login("gil")
    override(gil, submission, "4", question="")
    gil.post(f"/courses/dl/staff/submissions/{submission.id}/grades/why", {"points": "2"})
    session.refresh(submission)
    assert (submission.auto_score, submission.manual_score, submission.score) == (1, 2, 4)
    assert "4 of 5 points, set by staff" in auth.login("ada").get(page_of(submission)).text


@pytest.mark.parametrize(
    ("points", "reason", "question", "sentence"),
    [
        ("3.1", "Because.", "dense", "expected a number from 0 to 3"),
        ("nan", "Because.", "dense", "expected a number"),
        ("5.5", "Because.", "", "expected a number from 0 to 5"),
        ("1", " ", "dense", "Say why"),
        ("1", "w" * 2001, "dense", "expected at most 2000"),
    ],
)
def test_points_without_bounds_or_reason_are_refused(
    auth, session, graded, points, reason, question, sentence
):
    response = override(auth.login("gil"), graded("ada"), points, reason, question)
    assert response.status_code == 422
    assert sentence in response.text
    assert session.scalar(sa.select(sa.func.count(ScoreOverride.id))) == 0


@pytest.mark.parametrize("question", ["why", "nothing"])
def test_only_what_the_checks_grade_is_set_by_hand(auth, session, graded, question):
    assert override(auth.login("gil"), graded("ada"), "1", question=question).status_code == 422
    assert session.scalar(sa.select(sa.func.count(ScoreOverride.id))) == 0


@pytest.mark.parametrize("question", ["dense", ""])
def test_a_regrade_keeps_what_staff_set_and_flags_it(
    auth, session, engine, graded, assignment, question
):
    submission = graded("ada", graded_by("v1", 1.0))
    gil = auth.login("gil")
    override(gil, submission, "2", question=question)
    assert "regraded afterwards" not in gil.get(page_of(submission)).text
    regrade = begin(session, assignment)
    drain(engine, StandInPool(lambda _: graded_by("v2", 3.0)))
    operations.publish_regrade(session, runner(regrade), regrade)
    session.refresh(submission)
    assert (submission.auto_score, submission.score) == (3, 2)
    shown = gil.get(page_of(submission)).text
    assert "the checks give 3 now, and what staff set still counts" in shown
    override(gil, submission, "2", question=question)
    assert "regraded afterwards" not in gil.get(page_of(submission)).text


def test_a_kept_reply_is_offered_and_can_be_forgotten(auth, session, graded):
    ask(auth.login("ada"), graded("ada"))
    gil = auth.login("gil")
    gil.post(f"{LIST}/templates", {"title": "Axis", "text": "Sum over axis 0 <first>."})
    gil.post(f"{LIST}/templates", {"title": "", "text": "x"})
    assert '<option value="Sum over axis 0 &lt;first&gt;.">Axis</option>' in gil.get(LIST).text
    number = session.scalars(sa.select(MessageTemplate.id)).one()
    gil.post(f"{LIST}/templates/{number}/remove")
    assert "Axis" not in gil.get(LIST).text


def test_a_students_data_holds_requests_and_what_staff_set(auth, session, graded):
    import io
    import json
    import zipfile

    submission = graded("ada", result(score=1))
    ada = auth.login("ada")
    ask(ada, submission)
    answer(auth.login("gil"), session, points="2")
    packed = zipfile.ZipFile(io.BytesIO(ada.get("/account/data.zip").data))
    told = json.loads(packed.read("data.json"))
    assert [r["state"] for r in told["regrade_requests"]] == ["accepted"]
    assert told["submissions"][0]["score"] == 2
    assert told["submissions"][0]["set_by_staff"][0]["points"] == 2
