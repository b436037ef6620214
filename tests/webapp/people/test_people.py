"""Who is in a course: rosters from a page, links that open nobody else's door, and mail."""

import itertools
import re
import socketserver
import threading
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.webapp.graders import LIBRARY
from tests.webapp.roster.rosters import import_roster
from tests.webapp.sample_course import enrol
from tests.webapp.signing_in.trying import later
from webapp import create_app
from webapp.base import mail
from webapp.base.config import SettingsError
from webapp.base.database import db
from webapp.base.mail import Letter, Mailer
from webapp.models import AuditEntry, Course, CourseAssignment, Enrolment, Role, User
from webapp.signing_in.pace import Steady
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive

CSV = "name,email,role,section\nZoë Q,zoe@example.edu,student,B\nBob,bob@example.edu,student,A\n"
LINK = re.compile(r"http://localhost(/welcome/[^<\s\"]+)")


def user(session, name):
    return session.scalars(sa.select(User).where(User.email == f"{name}@example.edu")).one()


def test_a_roster_enrols_a_class_and_shows_links_that_work_once(auth, session):
    page = import_roster(auth.login("ina"), CSV).text
    assert "1 enrolled, 1 were enrolled already" in page
    (link,) = LINK.findall(page)
    assert "Welcome, Zoë Q" in auth.visitor().get(link).text
    enrolment = session.scalars(
        sa.select(Enrolment).where(Enrolment.user_id == user(session, "zoe").id)
    ).one()
    assert (enrolment.role, enrolment.section) == (Role.STUDENT, "B")
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.detail) == ("import roster", {"enrolled": 1, "known": 1})


def test_a_large_roster_takes_few_statements(auth, app):
    lines = [f"P{n},p{n}@example.edu,student,\n" for n in range(600)]
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    ina = auth.login("ina")
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))
    response = import_roster(ina, "name,email,role,section\n" + "".join(lines))
    assert "600 enrolled" in response.text
    assert len(seen) < 80


def test_a_new_link_lets_someone_choose_another_password(auth, session):
    ina = auth.login("ina")
    page = ina.post(ina.course(f"staff/people/{user(session, 'ada').id}/link")).text
    (link,) = LINK.findall(page)
    visitor = auth.visitor()
    form = {"password": "another long password", "again": "another long password"}
    visitor.client.post(link, data={**form, "csrf_token": visitor.token(link)})
    auth.login("ada", "another long password")


@pytest.mark.parametrize("name", ["eve", "ina"])
def test_no_link_opens_another_course_or_ones_own_account(auth, session, name):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    if name == "eve":
        enrol(session, course, user(session, "eve"), Role.STUDENT)
        session.commit()
    ina = auth.login("ina")
    page = ina.post(ina.course(f"staff/people/{user(session, name).id}/link")).text
    assert LINK.findall(page) == []
    assert "take" in page
    assert "part elsewhere too" in page


def test_a_roster_gives_no_link_to_someone_invited_elsewhere(auth, session):
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    guest = User(email="guest@example.edu", name="Guest")
    session.add(guest)
    session.flush()
    enrol(session, other, guest, Role.INSTRUCTOR)
    session.commit()
    page = import_roster(auth.login("ina"), "name,email\nGuest,guest@example.edu\n").text
    assert "1 enrolled" in page
    assert LINK.findall(page) == []


def test_work_that_is_kept_in_another_course_is_out_of_reach_too(auth, session):
    ada = user(session, "ada")
    elsewhere = session.scalars(
        sa.select(CourseAssignment).join(Course).where(Course.slug == "other")
    ).one()
    data = b"{}"
    receive(
        session,
        elsewhere,
        user_id=ada.id,
        upload=Upload("w.ipynb", data, "0" * 64),
        digest="1" * 64,
    )
    ina = auth.login("ina")
    page = ina.post(ina.course(f"staff/people/{ada.id}/link")).text
    assert LINK.findall(page) == []
    assert "take" in page


def test_who_was_given_the_rights_of_staff_is_in_the_log(auth, session):
    import_roster(auth.login("ina"), CSV + "Al,al@example.edu,instructor,\n")
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.detail["staff"] == "al@example.edu (instructor)"


def test_someone_removed_no_longer_gets_in_and_the_work_stays(auth, session, graded):
    submission = graded("ada")
    ina, ada = auth.login("ina"), auth.login("ada")
    ina.post(ina.course(f"staff/people/{user(session, 'ada').id}/remove"))
    assert ada.get(ada.course()).status_code == 404
    session.refresh(submission)
    assert submission.score == 3
    ina.post(ina.course(f"staff/people/{user(session, 'ina').id}/remove"))
    assert ina.get(ina.course("staff/people")).status_code == 200


def test_nobody_of_another_course_is_listed_or_changed(auth, session):
    ina = auth.login("ina")
    assert "eve@example.edu" not in ina.get(ina.course("staff/people")).text
    for what in ("link", "remove"):
        address = ina.course(f"staff/people/{user(session, 'eve').id}/{what}")
        assert ina.post(address).status_code == 404


def test_people_are_listed_in_pages_and_found_by_name_email_or_section(auth):
    many = "".join(f"Learner {n:03},l{n}@example.edu,student,Z\n" for n in range(101))
    ina = auth.login("ina")
    import_roster(ina, "name,email,role,section\n" + many)
    people = ina.course("staff/people")
    first, second = ina.get(people).text, ina.get(f"{people}?page=2").text
    assert "Learner 000" in first
    assert "Learner 100" not in first
    assert "Learner 100" in second
    assert "Learner 000" not in second
    assert ina.get(f"{people}?page=99").text.count("Learner 100") == second.count("Learner 100")
    found = ina.get(f"{people}?search=l100@").text
    assert "1 person with “l100@”" in found
    assert "Learner 100" in found
    assert "101 people" in ina.get(f"{people}?search=Z").text
    assert "Nobody in the course matches “%”" in ina.get(f"{people}?search=%25").text


def test_links_after_an_import_lead_back_to_everyone(auth):
    page = import_roster(auth.login("ina"), CSV).text
    assert "Everyone in the course" in page
    assert "Bob" not in page


class _Smtp(socketserver.StreamRequestHandler):
    """Takes every mail but those for `refused@…`."""

    letters: list[str]

    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
        say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "DATA":
                say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.letters.append(text.decode())
            if word == "QUIT":
                say("221 bye")
                return
            say("550 unknown" if word == "RCPT" and "refused@" in line else "250 fine")


@contextmanager
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.letters = []
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def mailer_of(server):
    return Mailer.from_environment(
        {
            "HELDOUT_SMTP_URL": f"smtp://127.0.0.1:{server.server_address[1]}",
            "HELDOUT_MAIL_FROM": "heldout@example.edu",
            "HELDOUT_SITE": "https://heldout.example.edu/",
        }
    )


@pytest.fixture
def smtp(app):
    with mail_server() as server:
        app.config["HELDOUT_MAILER"] = mailer_of(server)
        yield server


def test_links_are_mailed_where_mail_is_set_up_and_those_refused_are_shown(auth, smtp):
    text = CSV + "No Mail,refused@example.edu,student,\n"
    page = import_roster(auth.login("ina"), text).text
    assert "1 link was mailed" in page
    (letter,) = smtp.letters
    assert "To: zoe@example.edu" in letter
    assert "/welcome/" in letter
    (shown,) = LINK.findall(page)
    assert "Welcome, No Mail" in auth.visitor().get(shown).text


def test_a_forgotten_password_is_mailed_and_the_page_tells_nobody_who_has_an_account(auth, smtp):
    visitor = auth.visitor()
    pages = []
    for email in ("ADA@example.edu ", "nobody@example.edu"):
        form = {"email": email, "csrf_token": visitor.token("/forgot")}
        pages.append(visitor.client.post("/forgot", data=form).text)
        join_mail()
    assert pages[0] == pages[1]
    (letter,) = smtp.letters
    assert "To: ada@example.edu" in letter
    assert "https://heldout.example.edu/welcome/" in letter.replace("=\r\n", "")


def join_mail():
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()


def test_without_mail_the_page_sends_to_staff(auth):
    page = auth.visitor().get("/forgot").text
    assert "Ask your course" in page
    assert "<form" not in page


def test_an_address_is_mailed_few_links_and_the_page_tells_nobody(auth, smtp, session):
    pages, forms = [], ("ada@example.edu", " ADA@example.edu")
    visitor = auth.visitor()
    for number in range(5):
        form = {"email": forms[number % 2], "csrf_token": visitor.token("/forgot")}
        pages.append(visitor.client.post("/forgot", data=form).text)
        join_mail()
    assert len(smtp.letters) == 3
    assert len(set(pages)) == 1
    later(session, 3600)
    visitor.client.post("/forgot", data=form)
    join_mail()
    assert len(smtp.letters) == 4


def test_one_source_asks_for_so_many_mails(auth, smtp, monkeypatch):
    few = Steady(burst=3, hourly=1.0)
    monkeypatch.setattr("webapp.accounts.operations.MAILS_FROM_SOURCE", few)
    visitor = auth.visitor()
    token = visitor.token("/forgot")
    codes = [
        visitor.client.post(
            "/forgot", data={"email": f"{n}@example.com", "csrf_token": token}
        ).status_code
        for n in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]


def test_a_mail_server_that_is_gone_loses_nothing():
    with mail_server() as server:
        mailer = mailer_of(server)
    assert mailer.send([Letter("ada@example.edu", "Hello", "text")]) == ["ada@example.edu"]


def test_a_mail_server_that_is_gone_shows_the_links_and_says_so(auth, app):
    with mail_server() as server:
        app.config["HELDOUT_MAILER"] = mailer_of(server)
    page = import_roster(auth.login("ina"), CSV).text
    assert "1 link could not be mailed" in page
    assert len(LINK.findall(page)) == 1


def test_a_slow_mail_server_keeps_nobody_waiting_for_every_letter(monkeypatch):
    hours = itertools.count()
    monkeypatch.setattr(mail.time, "monotonic", lambda: 20.0 * next(hours))
    letters = [Letter(f"p{n}@example.edu", "Hello", "text") for n in range(5)]
    with mail_server() as server:
        missed = mailer_of(server).send(letters)
        assert len(server.letters) == 5 - len(missed)
    assert missed == [letter.to for letter in letters[1:]]


def test_many_letters_are_sent_in_parts(monkeypatch):
    monkeypatch.setattr(mail, "MOST_AT_ONCE", 2)
    with mail_server() as server:
        letters = [Letter(f"p{n}@example.edu", "Hello", "text") for n in range(3)]
        assert mailer_of(server).send(letters) == ["p2@example.edu"]


@pytest.mark.parametrize(
    ("url", "sender", "site"),
    [
        ("http://mail", "a@b.example", ""),
        ("smtp://", "a@b.example", ""),
        ("smtp://mail:port", "a@b.example", ""),
        ("smtp://mail:99999", "a@b.example", ""),
        ("smtp://[mail", "a@b.example", ""),
        ("smtp://mail", "nobody", ""),
        ("smtp://mail", "a@b.example", "heldout.example.edu"),
    ],
)
def test_wrong_mail_settings_stop_the_service_with_one_sentence(monkeypatch, url, sender, site):
    for name, value in (("SMTP_URL", url), ("MAIL_FROM", sender), ("SITE", site)):
        monkeypatch.setenv(f"HELDOUT_{name}", value)
    monkeypatch.setenv("HELDOUT_SECRET_KEY", "k" * 20)
    monkeypatch.setenv("HELDOUT_PASSWORD_SALT", "s" * 20)
    with pytest.raises(SettingsError, match="expected"):
        create_app(library=LIBRARY)
