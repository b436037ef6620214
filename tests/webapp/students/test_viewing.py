"""Staff look as a student: they read what the student reads, change nothing and gain nothing."""

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import enrol
from webapp.models import AuditEntry, Course, Enrolment, Role, StudentNote, Submission, User


def user(session, name):
    return session.scalars(sa.select(User).where(User.name == name.capitalize())).one()


@pytest.fixture
def looking(auth, session):
    """A grader who looks as ada."""
    gil = auth.login("gil")
    address = f"/courses/dl/staff/students/{user(session, 'ada').id}/view"
    assert gil.post(address).status_code == 303
    return gil


def test_staff_see_what_the_student_sees(looking, graded):
    submission = graded("ada", result(score=1))
    home = looking.get("/courses/dl/").text
    assert "as <strong>Ada</strong> does" in home
    assert "1 of 5" in home.replace("<strong>", "").replace("</strong>", "")
    page = looking.get(f"/courses/dl/submissions/{submission.id}").text
    assert "Ask staff to look at this again" in page
    assert "Set the points by hand" not in page


def test_nothing_can_be_changed_meanwhile_here_or_elsewhere(looking, graded, session):
    submission = graded("ada")
    addresses = [
        f"/courses/dl/submissions/{submission.id}/questions/dense/request",
        f"/courses/dl/staff/submissions/{submission.id}/grades/why",
        "/courses/dl/review",
        "/courses/dl/proposal/team",
        "/account/tokens",
        "/account/sign-out-everywhere",
    ]
    for address in addresses:
        response = looking.post(address, {"points": "1", "reason": "x", "name": "T", "label": "t"})
        assert response.status_code == 403, address
        assert "You are looking as a student" in response.text
    assert looking.submit(notebook("x = 2")).status_code == 403
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 1


def test_staffs_pages_and_other_peoples_work_are_closed_meanwhile(looking, graded):
    bobs = graded("bob")
    assert looking.get("/courses/dl/staff").status_code == 403
    assert looking.get(f"/courses/dl/submissions/{bobs.id}").status_code == 404


def test_it_ends_with_a_button_and_both_are_in_the_log(looking, session):
    ada = user(session, "ada")
    response = looking.post("/stop-looking")
    assert response.location.endswith(f"/courses/dl/staff/students/{ada.id}")
    assert looking.get("/courses/dl/staff").status_code == 200
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [e.action for e in entries] == ["view as student", "end viewing as student"]
    assert {(e.subject, e.actor_id) for e in entries} == {
        (f"user {ada.id}", user(session, "gil").id)
    }


def test_in_another_course_one_is_oneself(auth, session):
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    enrol(session, other, user(session, "ada"), Role.INSTRUCTOR)
    enrol(session, other, user(session, "gil"), Role.STUDENT)
    session.commit()
    gil = auth.login("gil")
    gil.post(f"/courses/dl/staff/students/{user(session, 'ada').id}/view")
    assert gil.get("/courses/other/staff").status_code == 403
    assert gil.get("/courses/other/").status_code == 200


@pytest.mark.parametrize("name", ["ina", "eve", "gil"])
def test_only_students_of_the_course_can_be_looked_as(auth, session, name):
    address = f"/courses/dl/staff/students/{user(session, name).id}/view"
    assert auth.login("gil").post(address).status_code == 404


def test_it_ends_with_ones_own_rights_and_with_the_students_part(looking, auth, session):
    gil, ada = user(session, "gil"), user(session, "ada")
    session.execute(sa.delete(Enrolment).where(Enrolment.user_id == ada.id))
    session.commit()
    assert looking.get("/courses/dl/staff").status_code == 200
    bob = user(session, "bob")
    looking.post(f"/courses/dl/staff/students/{bob.id}/view")
    session.execute(
        sa.update(Enrolment).where(Enrolment.user_id == gil.id).values(role=Role.STUDENT)
    )
    session.commit()
    assert "0</strong> of 5" in looking.get("/courses/dl/").text
    session.execute(sa.delete(Enrolment).where(Enrolment.user_id == gil.id))
    session.commit()
    assert looking.get("/courses/dl/").status_code == 404


def test_signing_in_again_looks_as_oneself(looking, auth):
    looking.post("/logout")
    looking.sign_in("gil@example.edu", "a long enough password")
    assert looking.get("/courses/dl/staff").status_code == 200


def test_notes_are_for_staff_alone(auth, session, graded):
    graded("ada")
    ada = user(session, "ada")
    address = f"/courses/dl/staff/students/{ada.id}"
    gil, student = auth.login("gil"), auth.login("ada")
    gil.post(f"{address}/notes", {"text": "Asked for <b>time</b>."})
    gil.post(f"{address}/notes", {"text": "  "})
    assert "Asked for &lt;b&gt;time&lt;/b&gt;." in auth.login("ina").get(address).text
    for page in ("/courses/dl/", "/account"):
        assert "Asked for" not in student.get(page).text
    assert b"Asked for" not in student.get("/account/data.zip").data
    number = session.scalars(sa.select(StudentNote.id)).one()
    bob = user(session, "bob")
    other = f"/courses/dl/staff/students/{bob.id}/notes/{number}/remove"
    assert gil.post(other).status_code == 404
    assert gil.post(f"{address}/notes/{number}/remove").status_code == 303
    assert session.scalar(sa.select(sa.func.count(StudentNote.id))) == 0


def test_a_students_page_shows_attempts_with_code_requests_and_what_was_changed(auth, graded):
    submission = graded("ada", result(score=1))
    gil = auth.login("gil")
    auth.login("ada").post(
        f"/courses/dl/submissions/{submission.id}/questions/dense/request", {"reason": "Look."}
    )
    gil.post(
        f"/courses/dl/staff/submissions/{submission.id}/override",
        {"question": "dense", "points": "2", "reason": "Close enough."},
    )
    page = gil.get(f"/courses/dl/staff/students/{submission.user_id}").text
    for part in ("set by staff", "code and outputs", "Look.", "override score", "Close enough."):
        assert part in page
