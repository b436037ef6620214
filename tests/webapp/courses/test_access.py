"""Who gets in where: every route, by every role; strangers learn nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.webapp.courses.route_roles import (
    ANYONE_SIGNED_IN,
    BY_TOKEN,
    EXPECTED,
    OF_THE_SITE,
    OWN_TEAM,
    RULES,
)
from tests.webapp.graders import PNG
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.clock import now
from webapp.models import (
    Announcement,
    BankComment,
    Course,
    Leaderboard,
    MessageTemplate,
    PaperReview,
    Proposal,
    RegradeRequest,
    ReportState,
    SimilarityReport,
    SimilarPair,
    Slide,
    StudentNote,
    Team,
    User,
)
from webapp.site.sign_in import PUBLIC_ENDPOINTS


@pytest.fixture
def adas_things(session, graded) -> dict[str, int | str]:
    """A graded submission, a proposal with a slide, and a review, all ada's."""
    submission = graded("ada")
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    content = submission.sha256
    proposal = Proposal(title="T", abstract="A")
    proposal.slides.append(
        Slide(user_id=ada.id, filename="s.pdf", size=1, sha256=content, thumbnail=PNG)
    )
    team = Team(course_id=course.id, name="Team", invitation_code="CODE2345", proposal=proposal)
    team.members.append(_member(course, ada))
    review = PaperReview(
        course_id=course.id, user_id=ada.id, body="B", filename="r.pdf", sha256=content
    )
    review.thumbnail = PNG
    board = Leaderboard(course_assignment_id=submission.course_assignment_id, opened_at=now())
    session.add_all([team, review, board])
    asked = RegradeRequest(
        course_assignment_id=submission.course_assignment_id,
        user_id=ada.id,
        submission_id=submission.id,
        question="dense",
        reason="Please look again.",
    )
    note = StudentNote(course_id=course.id, user_id=ada.id, author_id=ada.id, text="N")
    news = Announcement(id=review.id, course_id=course.id, title="T", text="M")
    kept = MessageTemplate(course_id=course.id, title="T", text="R")
    comment = BankComment(course_id=course.id, text="C")
    session.add_all([asked, note, news, kept, comment])
    session.commit()
    return {
        "slug": "dl",
        "name": ASSIGNMENT,
        "submission_id": submission.id,
        "user_id": ada.id,
        "question": "why",
        "proposal_id": proposal.id,
        "review_id": review.id,
        "kind": "review",
        "number": review.id,
        "comment_id": comment.id,
        "cell": 0,
        "position": 0,
        "token_id": 1,
        "request_id": asked.id,
        "note_id": note.id,
        "template_id": kept.id,
        "pair_id": _similar_pair(session, submission),
    }


def _similar_pair(session, submission) -> int:
    report = SimilarityReport(
        course_assignment_id=submission.course_assignment_id, state=ReportState.DONE
    )
    number = submission.id
    pair = SimilarPair(report=report, rank=1, left_id=number, right_id=number, shared=9, figure=0.5)
    session.add(pair)
    session.commit()
    return pair.id


def _member(course: Course, user: User):
    from webapp.models import TeamMember

    return TeamMember(course_id=course.id, user_id=user.id)


def _requests(app: Flask, endpoint: str, values: dict) -> list[tuple[str, str]]:
    """Every (method, address) of an endpoint with ada's things filled in."""
    found = []
    with app.test_request_context():
        from flask import url_for

        for rule in app.url_map.iter_rules(endpoint):
            used = {key: values[key] for key in rule.arguments} | (rule.defaults or {})
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [(method, url_for(endpoint, **used)) for method in sorted(methods)]
    return found


def test_every_route_has_a_rule(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    listed = set(RULES) | OWN_TEAM | BY_TOKEN | OF_THE_SITE | ANYONE_SIGNED_IN | PUBLIC_ENDPOINTS
    assert endpoints == listed


def test_every_route_of_the_site_names_its_role(app: Flask):
    named = {name for name, view in app.view_functions.items() if hasattr(view, "site_role")}
    assert named == OF_THE_SITE


def test_every_course_route_names_its_roles(app: Flask):
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "slug" in rule.arguments and rule.endpoint not in OF_THE_SITE
    ]
    unnamed = [r.endpoint for r in rules if not hasattr(app.view_functions[r.endpoint], "roles")]
    assert unnamed == []


@pytest.mark.parametrize("name", ["ada", "bob", "gil", "ina", "eve"])
def test_the_matrix_of_routes_and_roles(app, auth, adas_things, name):
    visitor = auth.login(name)
    wrong = []
    token = visitor.token()
    for endpoint, rule in RULES.items():
        expected = EXPECTED[rule][name]
        for method, address in _requests(app, endpoint, adas_things):
            code = visitor.client.open(
                address, method=method, data={"csrf_token": token}
            ).status_code
            if endpoint == "viewing.start":  # meanwhile nothing can be changed
                visitor.client.post("/stop-looking", data={"csrf_token": token})
            fine = code < 400 or code in (409, 422) if expected == "ok" else code == expected
            if not fine:
                wrong.append(f"{method} {address}: {code}, expected {expected}")
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "codes"), [("ada", {303, 422}), ("bob", {404}), ("gil", {403}), ("eve", {404})]
)
def test_only_the_team_changes_its_proposal(app, auth, adas_things, name, codes):
    visitor = auth.login(name)
    found = {
        visitor.post(address).status_code
        for endpoint in OWN_TEAM
        for _, address in _requests(app, endpoint, adas_things)
    }
    assert found == codes


def test_nobody_gets_anything_without_signing_in(app, client, adas_things):
    closed = [*RULES, *OWN_TEAM, "courses.index", "accounts.account", "accounts.data"]
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint in closed:
        for method, address in _requests(app, endpoint, adas_things):
            response = client.open(address, method=method)
            assert response.status_code == (302 if method == "GET" else 401), address


def test_every_change_needs_a_token(app, auth, adas_things):
    ina = auth.login("ina")
    own = ("accounts.sign_out_everywhere", "accounts.create_token", "accounts.remove_token")
    for endpoint in [*RULES, *OWN_TEAM, *own, "security.logout"]:
        for method, address in _requests(app, endpoint, adas_things):
            if method == "POST":
                assert ina.client.post(address).status_code == 400, address


def test_staff_of_one_course_cannot_reach_into_another(app, auth, adas_things, session):
    eve = auth.login("eve")
    values = {**adas_things, "slug": "other"}
    reached = ("results.show", "students.student", "readings.read", "proposals.slide")
    form = {"csrf_token": eve.token()}
    for endpoint in (*reached, "requests.answer", "overrides.save", "viewing.start"):
        for method, address in _requests(app, endpoint, values):
            assert eve.client.open(address, method=method, data=form).status_code == 404, address
    points = {"csrf_token": eve.token(), "points": "2"}
    address = f"/courses/other/staff/submissions/{values['submission_id']}/grades/why"
    assert eve.client.post(address, data=points).status_code == 404
