"""Making and listing the site's courses: pages and API do the same thing."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.webapp.sample_course import add_course, enrol
from webapp.administration.new_course import CourseRefused, TypedCourse, read_course
from webapp.administration.operations import create_course
from webapp.administration.queries import state_of
from webapp.audit.record import SiteActor
from webapp.base.clock import local, now
from webapp.models import AuditEntry, Course, Enrolment, Role, User

TYPED = {
    "slug": "dl-2027",
    "title": "Deep Learning",
    "term": "Spring 2027",
    "time_zone": "Europe/Berlin",
    "starts_on": "2027-01-11",
    "instructor": "kim@example.edu",
    "instructor_name": "Kim Kern",
}
API = "/api/v1/administration"


def by_page(auth, _ask, name, typed):
    visitor = auth.login(name)
    answer = visitor.post("/administration/courses", typed)
    link = re.search(r"/welcome/[^\"\s]+", answer.text)
    return answer.status_code, link and link[0]


def by_program(_auth, ask, name, typed):
    code, answer = ask(name, "POST", f"{API}/courses", typed)
    link = ((answer or {}).get("invited") or {}).get("link")
    return code, link and "/welcome/" + link.partition("/welcome/")[2]


WAYS = pytest.mark.parametrize("make", [by_page, by_program], ids=["page", "program"])


def roles(session, slug):
    found = sa.select(User.email, Enrolment.role).join_from(Enrolment, User).join(Course)
    return dict(session.execute(found.where(Course.slug == slug)).all())


@WAYS
def test_a_course_is_made_with_its_instructor_who_gets_a_link(auth, ask, session, amy, make):
    code, link = make(auth, ask, "amy", TYPED)
    assert code in (200, 201)
    course = session.scalars(sa.select(Course).where(Course.slug == "dl-2027")).one()
    assert (course.title, course.term) == ("Deep Learning", "Spring 2027")
    assert (course.time_zone, str(course.starts_on)) == ("Europe/Berlin", "2027-01-11")
    assert roles(session, "dl-2027") == {"kim@example.edu": Role.INSTRUCTOR}
    assert "Welcome, Kim Kern" in auth.visitor().get(link).text
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.actor_id, entry.course_id) == ("create course", amy.id, course.id)
    assert entry.detail["instructor"] == "kim@example.edu"


@WAYS
def test_who_may_create_courses_instructs_what_they_make(auth, ask, session, max_, make):
    code, link = make(auth, ask, "max", {**TYPED, "instructor": "", "instructor_name": ""})
    assert (code in (303, 201), link) == (True, None)
    assert roles(session, "dl-2027") == {"max@example.edu": Role.INSTRUCTOR}
    assert auth.login("max").get("/courses/dl-2027/staff/people").status_code == 200


@WAYS
def test_who_is_no_administrator_gets_no_link_of_an_account_that_is_there(
    auth, ask, session, max_, make
):
    session.execute(sa.update(User).where(User.name == "Eve").values(password=None))
    session.commit()
    _, link = make(auth, ask, "max", {**TYPED, "instructor": "eve@example.edu"})
    assert link is None
    assert set(roles(session, "dl-2027")) == {"max@example.edu", "eve@example.edu"}


@WAYS
def test_a_short_name_is_given_once(auth, ask, session, amy, make):
    before = session.scalar(sa.select(sa.func.count(User.id)))
    assert make(auth, ask, "amy", {**TYPED, "slug": "dl"})[0] == 422
    assert session.scalar(sa.select(sa.func.count(Course.id))) == 2
    assert session.scalar(sa.select(sa.func.count(User.id))) == before


def test_every_value_at_fault_is_said_beside_its_field(auth, amy):
    typed = {**TYPED, "slug": "Deep Learning", "time_zone": "Berlin", "starts_on": "11 Jan"}
    page = auth.login("amy").post("/administration/courses", typed)
    assert page.status_code == 422
    for key in ("slug", "time_zone", "starts_on"):
        assert f'id="{key}-refusal"' in page.text
    assert 'value="Deep Learning"' in page.text
    assert 'id="title-refusal"' not in page.text


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("slug", "a--b", "short name is 'a--b'"),
        ("slug", "-a", "short name is '-a'"),
        ("slug", "a/b", "short name is 'a/b'"),
        ("slug", "x" * 61, "expected 1 to 60"),
        ("title", "  ", "The title is empty"),
        ("title", "x" * 201, "has 201 characters, expected 1 to 200"),
        ("term", "", "The term is empty"),
        ("time_zone", "localtime", "expected a name such as Europe/Berlin"),
        ("starts_on", "1812-01-01", "in 1812, expected 2000 to 2099"),
        ("instructor", "kim", "'kim' is no email address"),
    ],
)
def test_what_no_course_can_have_is_refused_in_a_sentence(key, value, sentence):
    with pytest.raises(CourseRefused, match=sentence) as refused:
        read_course(TypedCourse(**{**TYPED, key: value}))
    assert set(refused.value.sentences) == {key}


def test_a_name_before_the_address_is_taken_and_else_made_from_it():
    def named(text):
        return read_course(TypedCourse(**{**TYPED, "instructor": text, "instructor_name": ""}))

    assert named("Zoe\u0308 Q <Zoe.Q@example.edu>").instructor.name == "Zoë Q"
    assert named("Zoe Q <Zoe.Q@example.edu>").instructor.email == "zoe.q@example.edu"
    assert named("zoe.quist@example.edu").instructor.name == "Zoe Quist"


def test_a_course_is_upcoming_until_its_first_day_on_its_own_clock():
    today = local(now(), "Pacific/Kiritimati").date()
    assert state_of("Pacific/Kiritimati", today, None) == "running"
    assert state_of("Pacific/Pago_Pago", today, None) == "upcoming"
    assert state_of("UTC", None, None) == "running"
    assert state_of("UTC", today, now()) == "archived"


def test_an_administrator_lists_every_course_and_finds_them(auth, ask, session, amy):
    session.execute(sa.update(Course).where(Course.slug == "dl").values(archived_at=now()))
    session.commit()
    found = ask("amy", "GET", f"{API}/courses")[1]
    listed = [(c["slug"], c["state"], c["students"]) for c in found["courses"]]
    assert listed == [("other", "running", 0), ("dl", "archived", 2)]
    assert ask("amy", "GET", f"{API}/courses?archived=false")[1]["found"] == 1
    assert ask("amy", "GET", f"{API}/courses?search=OTH")[1]["courses"][0]["slug"] == "other"
    assert ask("amy", "GET", f"{API}/courses?page=2")[1] == {"courses": [], "found": 2}
    page = auth.login("amy").get("/administration/").text
    assert page.index("<code>other</code>") < page.index("<code>dl</code>")
    only = auth.login("amy").get("/administration/?state=archived").text
    assert "<code>dl</code>" in only
    assert "<code>other</code>" not in only
    assert "No course matches" in auth.login("amy").get("/administration/?search=zzz").text


def test_who_may_create_courses_sees_their_own_alone(app, auth, ask, session, max_):
    assert ask("max", "GET", f"{API}/courses")[1] == {"courses": [], "found": 0}
    assert "There is no course yet" in auth.login("max").get("/administration/").text
    with app.app_context():
        create_course(session, SiteActor(max_.id), read_course(TypedCourse(**TYPED)))
    found = ask("max", "GET", f"{API}/courses")[1]["courses"]
    assert [course["slug"] for course in found] == ["dl-2027"]


@WAYS
def test_a_mailed_link_is_not_shown(app, auth, ask, amy, make, monkeypatch):
    sent = []

    class StandIn:
        site = ""

        def send(self, letters):
            sent.extend(letters)
            return []

    monkeypatch.setattr("webapp.administration.links.configured_mailer", StandIn)
    code, link = make(auth, ask, "amy", TYPED)
    assert code in (200, 201)
    assert not link
    assert [letter.to for letter in sent] == ["kim@example.edu"]
    assert "/welcome/" in sent[0].text


def test_an_administrator_joins_a_course_and_its_log_says_so(auth, ask, session, amy):
    visitor = auth.login("amy")
    assert visitor.post("/administration/courses/dl/join").status_code == 303
    assert roles(session, "dl")["amy@example.edu"] == Role.INSTRUCTOR
    assert visitor.get("/courses/dl/staff/log?kind=site").text.count("join course") == 1
    assert visitor.post("/administration/courses/dl/join").status_code == 409
    code, answer = ask("amy", "POST", f"{API}/courses/dl/join", {})
    assert (code, answer["error"]) == (409, "You are in dl already, as instructor.")
    assert visitor.post("/administration/courses/nowhere/join").status_code == 404


def test_nobody_joins_an_archived_course(ask, session, amy):
    session.execute(sa.update(Course).where(Course.slug == "dl").values(archived_at=now()))
    session.commit()
    code, answer = ask("amy", "POST", f"{API}/courses/dl/join", {})
    assert (code, answer["error"]) == (409, "dl is archived: nobody can be enrolled in it.")


def test_the_list_costs_as_many_statements_for_many_courses(app, auth, session, amy):
    visitor = auth.login("amy")

    def statements():
        seen = []
        from webapp.base.database import db

        with app.app_context():
            engine = db.engine
        counted = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", counted)
        assert visitor.get("/administration/").status_code == 200
        event.remove(engine, "before_cursor_execute", counted)
        return len(seen)

    few = statements()
    for number in range(30):
        enrol(session, add_course(session, f"c{number}"), amy, Role.INSTRUCTOR)
    session.commit()
    assert statements() == few
