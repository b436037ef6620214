"""Passing by the course's rule: what it says, who passes, who may change it, and the report."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from tests.webapp.graders import PNG, result
from webapp.gradebook.pass_rule import PassRuleError, decide, explain, in_words, read_rule
from webapp.models import (
    AuditEntry,
    Course,
    CourseAssignment,
    PaperReview,
    Proposal,
    Slide,
    Team,
    TeamMember,
    User,
)

GRADES = "/courses/dl/staff/grades"
A, B = (CourseAssignment(id=n, title=f"A{n}", points=10.0) for n in (1, 2))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"minimum": 0.5}, "the key 'minimum'"),
        ({"minimum_share": 1.2}, "minimum_share is 1.2"),
        ({"minimum_share": True}, "expected a number from 0 to 1"),
        ({"minimum_each": "0.5"}, "minimum_each is '0.5'"),
        ({"minimum_each": float("nan")}, "minimum_each is nan"),
        ({"written_option": 1}, "expected true or false"),
    ],
)
def test_a_rule_that_is_none_is_refused(table, told):
    with pytest.raises(PassRuleError, match=told):
        read_rule(table)


def test_a_rule_says_itself_in_one_sentence():
    rule = read_rule({"minimum_share": 0.6, "minimum_each": 0.25, "written_option": True})
    assert in_words(rule) == (
        "You pass with at least 60% of the points of all assignments together, at least 25% of the "
        "points of each assignment, and the written option: a proposal of a complete team with its "
        "slide, or a paper review."
    )
    assert in_words(read_rule({"minimum_share": 0.5})).count(",") == 0
    assert "no rule" in in_words(read_rule({}))
    assert read_rule(rule.stored()) == rule


@pytest.mark.parametrize(
    ("table", "scores", "written", "passed"),
    [
        ({}, {1: 10, 2: 10}, True, None),
        ({"minimum_share": 0.6}, {1: 10, 2: 2}, False, True),
        ({"minimum_share": 0.6}, {1: 10, 2: 1.99}, False, False),
        ({"minimum_share": 0.6}, {1: 10, 2: None}, False, False),
        ({"minimum_share": 0.3}, {1: 0.1 + 0.2 + 5.7}, False, True),
        ({"minimum_each": 0.2}, {1: 10, 2: 1}, False, False),
        ({"minimum_each": 0.2}, {1: 2, 2: 2}, False, True),
        ({"minimum_each": 0.2}, {1: 10}, False, False),
        ({"written_option": True}, {1: 10, 2: 10}, False, False),
        ({"written_option": True}, {}, True, True),
        ({"minimum_share": 0.1, "written_option": True}, {1: 5}, False, False),
    ],
)
def test_a_student_passes_with_every_condition_met(table, scores, written, passed):
    rule = read_rule(table)
    assert decide(rule, [A, B], scores, written_option=written).passed is passed
    conditions = explain(rule, [A, B], scores, written_option=written)
    assert len(conditions) == len(table)
    assert all(each.met for each in conditions) is (passed is not False)


def test_a_share_just_below_the_rule_does_not_look_like_it():
    rule = read_rule({"minimum_share": 0.6})
    (condition,) = explain(rule, [A, B], {1: 10, 2: 1.995}, written_option=False)
    assert "59.9%" in condition.standing


def set_rule(session, **rule):
    session.execute(sa.update(Course).values(pass_rule=rule))
    session.commit()


def test_a_student_reads_the_rule_and_where_they_stand(auth, graded, session):
    set_rule(session, minimum_share=0.6, written_option=True)
    graded("ada", result(score=3))
    page = auth.login("ada").get("/courses/dl/grade").text
    assert "at least 60% of the points" in page
    assert "3 of 5 points, 60%" in page
    assert "not complete yet" in page
    assert "you do not pass yet" in page
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    session.add(PaperReview(course_id=1, user_id=ada.id, body="B"))
    session.commit()
    assert "you pass" in auth.login("ada").get("/courses/dl/grade").text


def test_a_stored_rule_that_is_none_lets_nobody_pass_and_staff_are_told(auth, graded, session):
    graded("ada")
    set_rule(session, minimum_share=7)
    assert "no rule for passing" in auth.login("ada").get("/courses/dl/grade").text
    page = auth.login("ina").get(GRADES).text
    assert "minimum_share is 7" in page
    rows = list(csv.reader(io.StringIO(auth.login("ina").get("/courses/dl/staff/scores.csv").text)))
    assert {row[-1] for row in rows[1:]} == {""}


def test_instructors_change_the_rule_and_the_log_says_so(auth, session):
    ina = auth.login("ina")
    form = {"minimum_share": "55.5", "minimum_each": "", "written_option": "yes"}
    assert ina.post(f"{GRADES}/rule", form).status_code == 303
    stored = session.scalar(sa.select(Course.pass_rule).where(Course.slug == "dl"))
    assert stored == {"minimum_share": pytest.approx(0.555), "written_option": True}
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.detail["before"]) == ("change pass rule", {})
    assert 'value="55.5"' in ina.get(GRADES).text


@pytest.mark.parametrize("share", ["-1", "101", "nan", "half"])
def test_a_share_that_is_none_is_refused_and_kept_in_the_form(auth, session, share):
    response = auth.login("ina").post(f"{GRADES}/rule", {"minimum_share": share})
    assert response.status_code == 422
    assert f'value="{share}"' in response.text
    assert session.scalar(sa.select(Course.pass_rule).where(Course.slug == "dl")) == {}


@pytest.mark.parametrize(("members", "slide", "met"), [(3, True, 3), (3, False, 0), (2, True, 0)])
def test_a_proposal_counts_with_a_complete_team_and_a_slide(
    auth, graded, session, members, slide, met
):
    from webapp.gradebook.totals import with_written_option

    submission = graded("ada")
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    people = session.scalars(sa.select(User).order_by(User.id)).all()
    proposal = Proposal(title="T")
    if slide:
        kept = {"sha256": submission.sha256, "thumbnail": PNG, "size": 1, "filename": "s.pdf"}
        proposal.slides.append(Slide(user_id=people[0].id, **kept))
    team = Team(course_id=course.id, name="T", invitation_code="CODE2345", proposal=proposal)
    for person in people[:members]:
        team.members.append(TeamMember(course_id=course.id, user_id=person.id))
    session.add(team)
    session.commit()
    assert len(with_written_option(session, course)) == met


def test_the_report_holds_everyone(auth, graded, session):
    set_rule(session, minimum_share=0.5)
    graded("ada", result(score=3))
    page = auth.login("gil").get(f"{GRADES}/report").text
    assert "1 of 2 students pass" in page.replace(" pass as of", " pass")
    rows = page.split("<tbody>")[1]
    assert rows.index("Ada") < rows.index("Bob")
    assert rows.count("<td>yes</td>") == 1
    only = auth.login("gil").get(f"{GRADES}/report?section=B").text
    assert "Ada</th>" not in only
