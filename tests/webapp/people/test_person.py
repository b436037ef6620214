"""One person of a course: added, changed, invited, taken out, brought back."""

import csv
import io
import json
import re
import zipfile

import pytest
import sqlalchemy as sa

from tests.webapp.graders import result
from tests.webapp.people.test_people import join_mail, mail_server, mailer_of
from tests.webapp.roster.rosters import import_roster
from tests.webapp.sample_course import PASSWORD, enrol
from webapp.models import (
    AuditEntry,
    Course,
    Enrolment,
    FormerEnrolment,
    Reader,
    Role,
    Team,
    TeamMember,
    User,
)

LINK = re.compile(r"/welcome/[^<\s\",]+")
PEOPLE = "/courses/dl/staff/people"
ZOE = {"name": "Zoe Q", "email": "zoe@example.edu", "role": "student", "section": "B; A"}


def user(session, name):
    session.expire_all()
    return session.scalar(sa.select(User).where(User.email == f"{name}@example.edu"))


def part(session, name, kind=Enrolment):
    number = user(session, name).id
    return session.scalar(sa.select(kind).where(kind.user_id == number, kind.course_id == 1))


def entries(session):
    session.expire_all()
    return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def form_of(session, name, /, **changed):
    found = part(session, name)
    who = found.user
    return {
        "name": who.name,
        "email": who.email,
        "role": found.role.value,
        "section": found.section,
        "number": found.student_number,
        **changed,
    }


def test_one_person_is_added_with_a_link_and_is_in_the_log(auth, session):
    page = auth.login("ina").post(f"{PEOPLE}/add", {**ZOE, "number": "007"})
    (link,) = LINK.findall(page.text)
    assert "Welcome, Zoe Q" in auth.visitor().get(link).text
    found = part(session, "zoe")
    assert (found.role, found.section, found.student_number) == (Role.STUDENT, "A, B", "007")
    assert user(session, "zoe").invited_at is not None
    (entry,) = entries(session)
    assert (entry.action, entry.detail["email"]) == ("add to course", "zoe@example.edu")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "There is no name."),
        ({"email": "zoe"}, "is no e-mail address"),
        ({"email": "ADA@example.edu"}, "Ada is in the course already"),
        ({"role": "boss"}, "The role is"),
        ({"section": "A" * 61}, "61 characters together"),
    ],
)
def test_what_does_not_fit_adds_nobody_and_stays_typed(auth, session, typed, sentence):
    answer = auth.login("ina").post(f"{PEOPLE}/add", ZOE | typed)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert 'value="B; A"' in answer.text or "section" in typed
    assert entries(session) == []


def test_who_has_an_account_is_enrolled_with_it_and_has_another_role(auth, session):
    page = auth.login("ina").post(f"{PEOPLE}/add", ZOE | {"email": "eve@example.edu"}).text
    assert "Eve is enrolled, with the account they have already." in page
    assert LINK.findall(page) == []
    eve = auth.login("eve")
    assert eve.get("/courses/dl/").status_code == 200
    assert eve.get("/courses/dl/staff").status_code == 403
    assert eve.get("/courses/other/staff").status_code == 200


def test_somebody_is_changed_and_each_change_is_in_the_log(auth, session):
    ina, number = auth.login("ina"), user(session, "ada").id
    form = form_of(session, "ada", name="Ada King", role="grader", section="C, B", number="12")
    ina.post(f"{PEOPLE}/{number}", form)
    found = part(session, "ada")
    assert (found.user.name, found.role, found.section) == ("Ada King", Role.GRADER, "B, C")
    (entry,) = entries(session)
    assert entry.action == "change person"
    assert entry.detail == {
        "name": "Ada → Ada King",
        "role": "student → grader",
        "section": "A → B, C",
        "number": "none → 12",
    }
    page = ina.post(f"{PEOPLE}/{number}", form_of(session, "ada"), follow_redirects=True).text
    assert "Nothing was changed." in page
    assert len(entries(session)) == 1


def test_a_changed_address_ends_links_and_sessions_and_signs_in_from_then_on(auth, session):
    ina, ada = auth.login("ina"), auth.login("ada")
    number = user(session, "ada").id
    (link,) = LINK.findall(ina.post(f"{PEOPLE}/{number}/link").text)
    ina.post(f"{PEOPLE}/{number}", form_of(session, "ada", email="King@Example.edu"))
    assert auth.visitor().get(link).status_code == 410
    assert ada.get("/account").status_code == 302
    auth.login("king")


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("ada", {"email": "bob@example.edu"}, "is somebody else&#39;s"),
        ("ada", {"email": "none"}, "is no e-mail address"),
        ("ina", {"role": "student"}, "cannot change your own role"),
    ],
)
def test_what_cannot_be_changed_is_one_sentence(auth, session, name, typed, sentence):
    number = user(session, name).id
    answer = auth.login("ina").post(f"{PEOPLE}/{number}", form_of(session, name, **typed))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert entries(session) == []


def _elsewhere(session):
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    enrol(session, other, user(session, "ada"), Role.GRADER)


def _administrator(session):
    user(session, "ada").is_administrator = True


def _makes_courses(session):
    user(session, "ada").may_create_courses = True


@pytest.mark.parametrize("trusted", [_elsewhere, _administrator, _makes_courses])
def test_an_account_that_opens_more_than_the_course_keeps_its_name_and_address(
    auth, session, trusted
):
    trusted(session)
    session.commit()
    ina, number = auth.login("ina"), user(session, "ada").id
    assert "only an administrator of the site" in ina.get(f"{PEOPLE}/{number}").text
    answer = ina.post(f"{PEOPLE}/{number}", form_of(session, "ada", email="x@example.edu"))
    assert (answer.status_code, "only an administrator" in answer.text) == (422, True)
    assert LINK.findall(ina.post(f"{PEOPLE}/{number}/link").text) == []
    ina.post(f"{PEOPLE}/{number}", {"role": "grader", "section": "Z"})
    assert (part(session, "ada").role, user(session, "ada").email) == (
        Role.GRADER,
        "ada@example.edu",
    )


def test_an_administrator_who_instructs_changes_any_account(auth, session):
    _elsewhere(session)
    user(session, "ina").is_administrator = True
    session.commit()
    number = user(session, "ada").id
    auth.login("ina").post(f"{PEOPLE}/{number}", form_of(session, "ada", name="Ada King"))
    assert user(session, "ada").name == "Ada King"


def test_open_links_are_ended_on_request(auth, session):
    ina, number = auth.login("ina"), user(session, "ada").id
    links = [LINK.findall(ina.post(f"{PEOPLE}/{number}/link").text)[0] for _ in range(2)]
    ina.post(f"{PEOPLE}/{number}/end-links")
    assert [auth.visitor().get(link).status_code for link in links] == [410, 410]
    assert user(session, "ada").invited_at is None
    assert entries(session)[-1].action == "end sign-in links"
    auth.login("ada", PASSWORD)


def test_removing_asks_first_and_says_what_is_left_behind(auth, session, graded):
    graded("gil", result(score=1)), graded("gil", result(score=2))
    gil = user(session, "gil")
    team = Team(course_id=1, name="The Layers", invitation_code="CODE2345")
    team.members.append(TeamMember(course_id=1, user_id=gil.id))
    readers = [
        Reader(kind="answer", course_id=1, question="why", user_id=n, grader_id=gil.id)
        for n in (1, 2)
    ]
    session.add_all([team, *readers])
    session.commit()
    page = auth.login("ina").get(f"{PEOPLE}/{gil.id}/remove").text
    for told in ("2 attempts", "The Layers", "2 works to read: given back"):
        assert told in page
    assert part(session, "gil") is not None


def test_who_leaves_is_listed_with_work_and_one_click_brings_them_back(auth, session, graded):
    submission = graded("ada", result(score=1))
    ina, gil, number = auth.login("ina"), auth.login("gil"), user(session, "ada").id
    ina.post(f"{PEOPLE}/{number}", form_of(session, "ada", number="7", section="B"))
    page = ina.post(f"{PEOPLE}/{number}/remove", follow_redirects=True).text
    assert "Bring back" in page
    assert part(session, "ada") is None
    assert part(session, "ada", FormerEnrolment).section == "B"
    assert "ada@example.edu" not in gil.get(PEOPLE).text
    former = gil.get(f"{PEOPLE}/former").text
    assert "ada@example.edu" in former
    assert "Bring back" not in former  # a grader's page
    work = gil.get(f"/courses/dl/staff/students/{number}")
    assert f"/submissions/{submission.id}" in work.text
    assert "left the course" in work.text
    assert gil.get(f"/courses/dl/submissions/{submission.id}").status_code == 200
    assert gil.post(f"/courses/dl/staff/students/{number}/notes", {"text": "N"}).status_code == 303
    assert gil.post(f"/courses/dl/staff/students/{number}/view").status_code == 404
    ina.post(f"{PEOPLE}/{number}/return")
    back = part(session, "ada")
    assert (back.role, back.section, back.student_number) == (Role.STUDENT, "B", "7")
    assert part(session, "ada", FormerEnrolment) is None
    assert auth.login("ada").get("/courses/dl/").status_code == 200
    assert [e.action for e in entries(session)][-2:] == ["add note", "bring back to course"]
    assert ina.post(f"{PEOPLE}/{number}/return").status_code == 404


def test_leaving_twice_keeps_what_was_last(auth, session):
    ina, number = auth.login("ina"), user(session, "ada").id
    for section in ("B", "C"):
        ina.post(f"{PEOPLE}/{number}", form_of(session, "ada", section=section))
        ina.post(f"{PEOPLE}/{number}/remove")
        assert part(session, "ada", FormerEnrolment).section == section
        again = ina.post(f"{PEOPLE}/add", form_of_former(session, section))
        assert "is back in the course" in again.text


def form_of_former(session, section):
    who = user(session, "ada")
    return {"name": who.name, "email": who.email, "role": "student", "section": section}


@pytest.mark.parametrize("name", ["eve"])
def test_nobody_of_another_course_is_shown_changed_or_brought_back(auth, session, name):
    ina, number = auth.login("ina"), user(session, name).id
    for path in ("", "/remove"):
        assert ina.get(f"{PEOPLE}/{number}{path}").status_code == 404
    for path in ("", "/remove", "/return", "/end-links", "/link"):
        assert ina.post(f"{PEOPLE}/{number}{path}").status_code == 404
    session.add(FormerEnrolment(course_id=2, user_id=user(session, "bob").id, role=Role.STUDENT))
    session.commit()
    assert ina.post(f"{PEOPLE}/{user(session, 'bob').id}/return").status_code == 404
    assert "bob@" not in ina.get(f"{PEOPLE}/former").text


CLASS = "name,email\nZoe Q,zoe@example.edu\n=Yan,yan@example.edu\nXia,xia@example.edu\n"


def test_links_come_as_a_file_where_no_mail_is_set(auth, session):
    ina = auth.login("ina")
    import_roster(ina, CLASS)
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    enrol(session, other, user(session, "xia"), Role.STUDENT)
    session.commit()
    answer = ina.post(f"{PEOPLE}/invitations.csv", {"who": "all"})
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=Yan", "Zoe Q", "Xia"]
    assert (rows[2]["link"], "elsewhere" in rows[2]["note"]) == ("", True)
    link = LINK.findall(rows[1]["link"])[0]
    assert "Welcome, Zoe Q" in auth.visitor().get(link).text
    assert entries(session)[-1].action == "make sign-in links"
    assert not LINK.search(str([entry.detail for entry in entries(session)]))
    page = ina.get(PEOPLE).text
    assert "0 not invited, 3 invited and not signed in yet" in page
    assert "not signed in yet</td>" in page


def test_many_links_are_mailed_while_the_page_is_shown_and_who_missed_theirs_is_known(
    auth, app, session
):
    rows = "".join(f"P{n} Q,p{n}@example.edu\n" for n in range(60))
    with mail_server() as smtp:
        app.config["HELDOUT_MAILER"] = mailer_of(smtp)
        ina = auth.login("ina")
        page = import_roster(ina, f"name,email\nNo Mail,refused@example.edu\n{rows}").text
        assert "61 links are being mailed" in page
        assert LINK.findall(page) == []
        join_mail()
        assert len(smtp.letters) == 60
        assert user(session, "p59").invited_at is not None
        assert user(session, "refused").invited_at is None
        assert "1 not invited, 60 invited" in ina.get(PEOPLE).text
        ina.post(f"{PEOPLE}/invitations", {"who": "new"})
        ina.post(f"{PEOPLE}/invitations", {"who": "again"})
        join_mail()
        assert len(smtp.letters) == 120


def test_a_roster_invites_nobody_twice(auth, session):
    ina = auth.login("ina")
    assert len(LINK.findall(import_roster(ina, CLASS).text)) == 3
    again = import_roster(ina, CLASS + "Wim,wim@example.edu\n").text
    assert len(LINK.findall(again)) == 1


@pytest.mark.parametrize(
    "typed", ["jos\u00e9@example.edu", "jose\u0301@example.edu", "JOS\u00c9@example.edu "]
)
def test_an_address_signs_in_however_its_letters_are_typed(auth, session, typed):
    ina = auth.login("ina")
    page = import_roster(ina, "name,email\nJose\u0301 P,Jose\u0301@Example.edu\n").text
    (link,) = LINK.findall(page)
    visitor = auth.visitor()
    form = {"password": PASSWORD, "again": PASSWORD, "csrf_token": visitor.token(link)}
    visitor.client.post(link, data=form)
    assert auth.visitor().sign_in(typed, PASSWORD).status_code == 302
    assert "jos\u00e9@example.edu" in ina.get(f"{PEOPLE}?search=Jose\u0301").text


def test_a_student_number_is_searched_and_is_in_ones_own_data(auth, session):
    ina, number = auth.login("ina"), user(session, "ada").id
    ina.post(f"{PEOPLE}/{number}", form_of(session, "ada", number="00712"))
    page = ina.get(f"{PEOPLE}?search=00712").text
    assert "ada@example.edu" in page
    assert "bob@example.edu" not in page
    (course,) = own_courses(auth.login("ada"))
    assert (course["student_number"], course["left_at"]) == ("00712", None)
    ina.post(f"{PEOPLE}/{number}/remove")
    (course,) = own_courses(auth.login("ada"))
    assert (course["course"], course["left_at"] is None) == ("dl", False)


def own_courses(visitor):
    """The courses of what is kept about oneself."""
    packed = zipfile.ZipFile(io.BytesIO(visitor.get("/account/data.zip").data))
    return json.loads(packed.read("data.json"))["courses"]
