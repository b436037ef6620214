"""Who gets in where: every route, by every role; strangers learn nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.webapp.graders import PNG
from tests.webapp.sample_course import ASSIGNMENT
from webapp.models import (
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

# What each role gets for ada's things: ada owns them, bob is another student of her course, gil
# grades, ina instructs, eve instructs another course. "ok" is any answer that is not a refusal.
OWN, SHARED, STAFF, TEACH = "own", "shared", "staff", "teach"
EXPECTED = {
    OWN: {"ada": "ok", "bob": 404, "gil": "ok", "ina": "ok", "eve": 404},
    SHARED: {"ada": "ok", "bob": "ok", "gil": "ok", "ina": "ok", "eve": 404},
    STAFF: {"ada": 403, "bob": 403, "gil": "ok", "ina": "ok", "eve": 404},
    TEACH: {"ada": 403, "bob": 403, "gil": 403, "ina": "ok", "eve": 404},
    "own-student": {"ada": "ok", "bob": 404, "gil": 403, "ina": 403, "eve": 404},
    "student": {"ada": "ok", "bob": "ok", "gil": 403, "ina": 403, "eve": 404},
}
RULES = {
    "courses.home": SHARED,
    "submissions.assignment": "student",
    "submissions.submit": "student",
    "submissions.download": OWN,
    "submissions.retry": TEACH,
    "results.show": OWN,
    "results.status": OWN,
    "results.notebook": OWN,
    "results.picture": OWN,
    "proposals.show": "student",
    "proposals.create_team": "student",
    "proposals.join_team": "student",
    "proposals.leave_team": "student",
    "proposals.slide": OWN,
    "proposals.slide_picture": OWN,
    "reviews.show": "student",
    "reviews.save": "student",
    "reviews.save_draft": "student",
    "reviews.preview": "student",
    "reviews.hand_in_file": "student",
    "reviews.file": OWN,
    "reviews.file_picture": OWN,
    "staff.scores": STAFF,
    "insight.assignment": STAFF,
    "students.student": STAFF,
    "by_hand.grade": STAFF,
    "queue.show": STAFF,
    "queue.cancel": TEACH,
    "queue.pause": TEACH,
    "queue.resume": TEACH,
    "insight.overview": STAFF,
    "grades.own": "student",
    "grades.show": STAFF,
    "grades.report": STAFF,
    "grades.save_rule": TEACH,
    "grades.export": TEACH,
    "grades.canvas": TEACH,
    "grades.gradebook": TEACH,
    "gradebook_import.show": TEACH,
    "gradebook_import.upload": TEACH,
    "gradebook_import.take_in": TEACH,
    "log.index": TEACH,
    "log.export": TEACH,
    "requests.ask": "own-student",
    "requests.index": STAFF,
    "requests.answer": STAFF,
    "requests.add_template": STAFF,
    "requests.remove_template": STAFF,
    "overrides.save": STAFF,
    "overrides.remove": STAFF,
    "students.add_note": STAFF,
    "students.remove_note": STAFF,
    "people.index": STAFF,
    "people.import_file": TEACH,
    "people.new_link": TEACH,
    "imports.show": TEACH,
    "imports.upload": TEACH,
    "imports.take": TEACH,
    "imports.discard": TEACH,
    "leaderboard.show": SHARED,
    "leaderboard.join": "student",
    "leaderboard.leave": "student",
    "visibility.show": STAFF,
    "visibility.rule": TEACH,
    "visibility.publish": TEACH,
    "regrades.show": STAFF,
    "regrades.status": STAFF,
    "regrades.start": TEACH,
    "regrades.publish": TEACH,
    "regrades.discard": TEACH,
    "regrades.retry": TEACH,
    "readings.index": STAFF,
    "readings.read": STAFF,
    "readings.score": STAFF,
    "readings.answers": STAFF,
    "readings.questions": STAFF,
    "readings.publish": TEACH,
    "readings.next_unread": STAFF,
    "readings.papers.show": STAFF,
    "readings.papers.save": TEACH,
    "readings.papers.examples": STAFF,
    "readings.papers.change_examples": TEACH,
    "readings.presentations.show": STAFF,
    "readings.presentations.results": STAFF,
    "readings.presentations.export": STAFF,
    "readings.presentations.draw": TEACH,
    "readings.presentations.screen": STAFF,
    "readings.presentations.score": STAFF,
    "readings.presentations.save_score": STAFF,
    "readings.presentations.move": TEACH,
    "readings.rubric.show": STAFF,
    "readings.rubric.save": TEACH,
    "readings.rubrics.add_comment": STAFF,
    "readings.rubrics.remove_comment": STAFF,
    "readings.rubrics.save_names": TEACH,
    "readings.work.show": STAFF,
    "readings.work.divide_evenly": TEACH,
    "readings.work.reassign": TEACH,
    "viewing.start": STAFF,
    "extensions.show": STAFF,
    "extensions.give": TEACH,
    "extensions.remove": TEACH,
    "settings.course": TEACH,
    "settings.save_course": TEACH,
    "settings.save_late_days": TEACH,
    "settings.assignment": TEACH,
    "settings.save_rules": TEACH,
    "settings.save_assignment": TEACH,
    "catalogue.show": TEACH,
    "catalogue.add": TEACH,
    "preview.show": STAFF,
    "preview.release": STAFF,
    "leaderboard.switch": TEACH,
    "similarity.pair": TEACH,  # before a new report takes its pairs away
    "similarity.show": TEACH,
    "similarity.start": TEACH,
    "similarity.status": TEACH,
    "similarity.cancel": TEACH,
    # Last: ada is no longer there afterwards.
    "people.remove": TEACH,
}
# A student without a team has no proposal to change: bob gets 404 where ada may.
OWN_TEAM = {"proposals.save_text", "proposals.hand_in_slide"}
# A token alone opens these: see test_api.py, test_api_staff.py and test_api_reading.py.
BY_TOKEN = {
    *("api.courses", "api.submit", "api.submission", "api.submissions"),
    *("api.assignments", "api.roster", "api.gradebook", "api.staff_submissions"),
    *("api.staff_submission", "api.regrade", "api.start_regrade"),
    *("api.publish_regrade", "api.discard_regrade"),
    *("api.requests", "api.answer_request", "api.set_override", "api.remove_override"),
    *("api.notes", "api.add_note", "api.queue", "api.pause_queue", "api.retry_submission"),
    *("api.similarity", "api.start_similarity", "api.cancel_similarity"),
    *("api.given_extensions", "api.give_extensions", "api.remove_extension", "api.grades"),
    *("api.readings", "api.reading", "api.give_reading"),
    *("api.presentation_results", "api.score_presentation"),
    # See test_api_arranging.py for these.
    *("api.rubric_of_kind", "api.change_rubric_of_kind", "api.kept_comments"),
    *("api.rubric_of_question", "api.change_rubric_of_question", "api.keep_bank_comment"),
    *("api.forget_bank_comment", "api.reading_rules", "api.change_reading_rules"),
    *("api.reading_work", "api.divide_reading", "api.assign_readers", "api.answer_work"),
    *("api.divide_answer_reading", "api.assign_answer_readers"),
    # See test_api_lists.py, test_api_grades.py and test_presentations.py for these.
    *("api.suggested_papers", "api.suggest_papers", "api.example_proposals", "api.show_examples"),
    *("api.running_order", "api.draw_running_order", "api.move_in_order"),
    *("api.replies", "api.keep_reply", "api.forget_reply", "api.log", "api.remove_note"),
    *("api.cancel_submission", "api.give_points_by_hand", "api.rule_to_pass"),
    *("api.change_rule_to_pass", "api.scores_as_csv", "api.grades_for_canvas"),
    *("api.gradebook_for_nbgrader", "api.look_into_gradebook", "api.take_gradebook"),
    *("api.written_questions", "api.answers", "api.answer", "api.give_answer_reading"),
    # See test_api_course.py for these.
    *("api.shown_results", "api.set_result_rule", "api.publish_results", "api.hide_results"),
    *("api.settings_of_course", "api.change_course", "api.change_late_days"),
    *("api.settings_of_assignment", "api.change_assignment", "api.change_rules"),
    *("api.assignment_catalogue", "api.add_assignment", "api.release", "api.preview"),
    *("api.import_roster", "api.make_link", "api.remove_person"),
    *("api.open_import", "api.read_import", "api.take_import", "api.discard_import"),
    *("api.insight", "api.students_at_risk", "api.assignment_insight"),
}
ANYONE_SIGNED_IN = {
    *("courses.index", "accounts.account", "accounts.sign_out_everywhere"),
    *("accounts.create_token", "accounts.remove_token", "accounts.data"),
    *("security.logout", "security.verify", "viewing.stop"),
}


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
    board = Leaderboard(course_assignment_id=submission.course_assignment_id)
    session.add_all([team, review, board])
    asked = RegradeRequest(
        course_assignment_id=submission.course_assignment_id,
        user_id=ada.id,
        submission_id=submission.id,
        question="dense",
        reason="Please look again.",
    )
    note = StudentNote(course_id=course.id, user_id=ada.id, author_id=ada.id, text="N")
    kept = MessageTemplate(course_id=course.id, title="T", text="R")
    comment = BankComment(course_id=course.id, text="C")
    session.add_all([asked, note, kept, comment])
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
    assert endpoints == set(RULES) | OWN_TEAM | BY_TOKEN | ANYONE_SIGNED_IN | PUBLIC_ENDPOINTS


def test_every_course_route_names_its_roles(app: Flask):
    rules = [rule for rule in app.url_map.iter_rules() if "slug" in rule.arguments]
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
