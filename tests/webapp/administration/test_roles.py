"""Who looks after the site and who may create courses: given, taken back, and in the log."""

import contextlib
import re
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.administration.people import read_person
from webapp.administration.role_operations import RoleKept, SiteRole, give_role, take_role
from webapp.audit.record import SiteActor
from webapp.base.database import Missing
from webapp.models import AuditEntry, User

PEOPLE = "/administration/people"
API = f"/api/v1{PEOPLE}"


def called(session, name):
    session.expire_all()
    return session.scalars(sa.select(User).where(User.name == name)).one()


def log(session):
    found = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(each.action, each.subject, each.course_id) for each in found]


TAKEN = {
    "make administrator": "take back administrator",
    "let create courses": "no longer let create courses",
}


@pytest.mark.parametrize(
    ("path", "column", "given"),
    [
        ("administrators", "is_administrator", "make administrator"),
        ("course-makers", "may_create_courses", "let create courses"),
    ],
)
@pytest.mark.parametrize("way", ["page", "program"])
def test_a_role_is_given_and_taken_back(auth, ask, session, amy, way, path, column, given):
    visitor, ina = auth.login("amy"), called(session, "Ina").id
    anew = column == "is_administrator"  # whose password was hers alone, nobody knows
    if way == "page":
        page = visitor.post(f"{PEOPLE}/{path}", {"email": "ina@example.edu", "name": "Nobody"})
        assert ("/welcome/" in page.text) == anew
    else:
        answer = ask("amy", "POST", f"{API}/{path}", {"email": "ina@example.edu"})
        assert (answer[0], answer[1]["user"]) == (200, ina)
        assert (answer[1]["invited"] is not None) == anew
    assert getattr(called(session, "Ina"), column)
    assert (called(session, "Ina").password is None) == anew
    if way == "page":
        assert visitor.post(f"{PEOPLE}/{path}/{ina}/remove").status_code == 303
    else:
        assert ask("amy", "POST", f"{API}/{path}/{ina}/remove", {})[0] == 200
    assert not getattr(called(session, "Ina"), column)
    assert log(session) == [(given, f"user {ina}", None), (TAKEN[given], f"user {ina}", None)]


def test_somebody_new_gets_an_account_and_a_link_that_works(auth, session, amy):
    visitor = auth.login("amy")
    page = visitor.post(f"{PEOPLE}/administrators", {"email": "Kim.K@Example.edu", "name": ""})
    link = re.search(r"/welcome/[^\"\s]+", page.text)[0]
    assert "Welcome, Kim K" in auth.visitor().get(link).text
    kim = called(session, "Kim K")
    assert (kim.email, kim.is_administrator, kim.invited_at is not None) == (
        *("kim.k@example.edu", True, True),
    )
    again = visitor.post(f"{PEOPLE}/{kim.id}/link")
    assert "/welcome/" in again.text
    assert visitor.post(f"{PEOPLE}/{amy.id}/link").status_code == 404  # she has a password
    ina = called(session, "Ina").id
    assert visitor.post(f"{PEOPLE}/{ina}/link").status_code == 404  # she has no role of the site


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a b@example.edu"])
def test_what_is_no_address_is_refused_and_stays_in_the_form(auth, session, amy, email):
    page = auth.login("amy").post(f"{PEOPLE}/course-makers", {"email": email, "name": "Kim"})
    assert page.status_code == 422
    assert 'id="maker-refusal"' in page.text
    assert 'id="administrator-refusal"' not in page.text
    assert log(session) == []


def test_the_last_administrator_who_can_sign_in_stays(app, auth, ask, session, amy):
    kim = read_person("kim@example.edu")
    with app.app_context():
        give_role(session, SiteActor(amy.id), kim, SiteRole.ADMINISTRATOR)
    sentence = "Amy is the last administrator who can sign in: make another one first."
    code, answer = ask("amy", "POST", f"{API}/administrators/{amy.id}/remove", {})
    assert (code, answer["error"]) == (409, sentence)
    visitor = auth.login("amy")
    visitor.post(f"{PEOPLE}/administrators/{amy.id}/remove")
    assert sentence in visitor.get(PEOPLE).text
    assert called(session, "Amy").is_administrator


def test_one_of_two_administrators_may_go_and_then_sees_no_room_of_the_site(auth, session, amy):
    visitor = auth.login("amy")
    visitor.post(f"{PEOPLE}/administrators", {"email": "ina@example.edu"})
    visitor.post(f"{PEOPLE}/administrators/{amy.id}/remove")
    assert "the last administrator who can sign in" in visitor.get(PEOPLE).text
    called(session, "Ina").password = "set by her link"
    session.commit()
    answer = visitor.post(f"{PEOPLE}/administrators/{amy.id}/remove")
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get(PEOPLE).status_code == 403
    ina = called(session, "Ina")
    with pytest.raises(RoleKept, match="Ina is the last administrator"):
        take_role(session, SiteActor(ina.id), ina.id, SiteRole.ADMINISTRATOR)


def test_a_role_that_somebody_has_not_is_not_taken(session, amy):
    with pytest.raises(Missing):
        take_role(session, SiteActor(amy.id), amy.id, SiteRole.COURSE_MAKER)
    assert log(session) == []


def test_the_log_of_the_site_shows_what_was_done_and_by_whom(auth, ask, session, amy):
    visitor = auth.login("amy")
    visitor.post(f"{PEOPLE}/course-makers", {"email": "ina@example.edu"})
    course = {"slug": "n", "title": "N", "term": "T", "time_zone": "UTC"}
    ask("amy", "POST", "/api/v1/administration/courses", course)
    page = visitor.get("/administration/log").text
    assert page.index("create course") < page.index("let create courses")
    assert "by: API" in page
    entries = ask("amy", "GET", "/api/v1/administration/log")[1]
    assert entries["found"] == 2
    shown = [(e["action"], e["who"], e["course"]) for e in entries["entries"]]
    assert shown == [("create course", "Amy", "n"), ("let create courses", "Amy", None)]


def test_the_last_two_administrators_cannot_take_each_other_away_at_once(engine, session, amy):
    session.execute(sa.update(User).where(User.name == "Ina").values(is_administrator=True))
    session.commit()
    pair = (amy.id, called(session, "Ina").id)
    begin = threading.Barrier(2)

    def take(actor_id, other_id):
        with Session(engine) as own:
            begin.wait(timeout=10)
            with contextlib.suppress(RoleKept):
                take_role(own, SiteActor(actor_id), other_id, SiteRole.ADMINISTRATOR)

    threads = [threading.Thread(target=take, args=each) for each in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    left = session.scalars(sa.select(User.id).where(User.is_administrator)).all()
    assert len(left) == 1
    assert len(log(session)) == 1
