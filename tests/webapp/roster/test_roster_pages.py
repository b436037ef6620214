"""A roster on the pages: looked at first, then exactly that, at one click."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.roster.rosters import fields, import_roster, look, take, upload
from tests.webapp.sample_course import add_user, enrol
from webapp.base.clock import now
from webapp.models import (
    AuditEntry,
    Course,
    Enrolment,
    FormerEnrolment,
    Role,
    RosterFile,
    User,
)
from webapp.roster import pages

HEAD = "name,email,role,section,number\n"


def user(session, email):
    session.expire_all()
    return session.scalar(sa.select(User).where(User.email == email))


def part(session, email, slug="dl"):
    session.expire_all()
    return session.scalar(
        sa.select(Enrolment)
        .join(User, Enrolment.user_id == User.id)
        .join(Course, Enrolment.course_id == Course.id)
        .where(User.email == email, Course.slug == slug)
    )


def actions(session):
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def people(session):
    return session.scalar(sa.select(sa.func.count(User.id)))


@pytest.mark.parametrize(
    ("files", "email", "name", "section"),
    [
        (["Name,Email,Role,Section\nCal Ito,cal@example.edu,student,A\n"], "cal@", "Cal Ito", "A"),
        (["name;email;role;section\nBen Oh;ben@example.edu;student;A\n"], "ben@", "Ben Oh", "A"),
        (
            ["name,email,role,section\nEli Poe,eli@example.edu,student,A\n,,,\n,,,\n"],
            "eli@",
            "Eli Poe",
            "A",
        ),
        (
            [
                "name,email,role,section\nIvy Ng,ivy@example.edu,student,B\n",
                "name,email,role,section\nIvy Ng-Lee,ivy@example.edu,student,C\n",
            ],
            "ivy@",
            "Ivy Ng-Lee",
            "C",
        ),
        (
            [
                "name,email\nJos\u00e9 P,jos\u00e9@example.edu\n"
                "Jose\u0301 P,jose\u0301@example.edu\n"
            ],
            "jos\u00e9@",
            "Jos\u00e9 P",
            "",
        ),
    ],
)
def test_files_that_failed_once_give_one_person_as_the_file_says(
    auth, session, files, email, name, section
):
    before = people(session)
    ina = auth.login("ina")
    for data in files:
        assert import_roster(ina, data).status_code == 200
    found = user(session, f"{email}example.edu")
    assert (found.name, part(session, found.email).section) == (name, section)
    assert people(session) == before + 1


def test_nothing_happens_before_the_click_and_all_of_it_then(auth, session):
    ina = auth.login("ina")
    data = HEAD + "Zoe Q,zoe@example.edu,,B,7\nAda King,ada@example.edu,,C,1\nX,bad,,,\n"
    assert upload(ina, data).status_code == 303
    page = look(ina).text
    for shown in ("Zoe Q", "name: Ada → Ada King", "section: A → C", "&#39;bad&#39; is no e-mail"):
        assert shown in page
    assert "bob@example.edu" in page  # not in the file
    assert (people(session), actions(session)) == (5, [])
    answer = take(ina)
    assert "1 enrolled, 1 were enrolled already, 1 of these changed, 1 left out." in answer.text
    assert (part(session, "zoe@example.edu").student_number, people(session)) == ("7", 6)
    ada = part(session, "ada@example.edu")
    assert (ada.user.name, ada.section, ada.student_number) == ("Ada King", "C", "1")
    assert actions(session) == ["change person", "import roster"]
    assert part(session, "bob@example.edu") is not None
    assert "/welcome/" in answer.text
    assert session.scalars(sa.select(RosterFile)).all() == []


def test_what_is_missing_leaves_only_where_it_is_ticked(auth, session):
    ina = auth.login("ina")
    ada, bob = user(session, "ada@example.edu").id, user(session, "bob@example.edu").id
    upload(ina, HEAD + "Zoe Q,zoe@example.edu,,,\n")
    take(ina, remove=[str(bob)])
    assert (part(session, "bob@example.edu"), part(session, "ada@example.edu").user_id) == (
        None,
        ada,
    )
    upload(ina, HEAD + "Zoe Q,zoe@example.edu,,,\n")
    take(ina, remove_all="1")
    assert part(session, "ada@example.edu") is None
    assert part(session, "gil@example.edu").role == Role.GRADER  # staff stay in any case
    left = session.scalars(sa.select(FormerEnrolment.user_id).order_by(FormerEnrolment.user_id))
    assert list(left) == [ada, bob]
    import_roster(ina, HEAD + ",bob@example.edu,,,\n")
    back = part(session, "bob@example.edu")
    assert (back.section, back.user_id) == ("A", bob)


def test_a_course_that_changed_meanwhile_is_looked_at_again(auth, session):
    ina = auth.login("ina")
    upload(ina, HEAD + "Ada King,ada@example.edu,,,\n")
    form = fields(look(ina).text)
    ina.post(ina.course(f"staff/people/{user(session, 'bob@example.edu').id}/remove"))
    answer = ina.post(ina.course("staff/people/roster/take"), form)
    assert (answer.status_code, "look again" in answer.text) == (409, True)
    assert user(session, "ada@example.edu").name == "Ada"
    assert take(ina).status_code == 200
    assert user(session, "ada@example.edu").name == "Ada King"


def test_columns_that_nothing_names_are_mapped_by_hand(auth, session):
    ina = auth.login("ina")
    upload(ina, "x;y\nzoe@example.edu;Zoe Q\n")
    page = look(ina, "?c0=email&c1=&heading=yes").text
    assert "there is no name to enrol them with" in page
    answer = look(ina, "?c0=name&c1=name")
    assert (answer.status_code, "Two columns are chosen as Name" in answer.text) == (422, True)
    take(ina, "?c0=email&c1=name&heading=yes")
    assert user(session, "zoe@example.edu").name == "Zoe Q"


def test_an_old_encoding_is_said_and_another_can_be_chosen(auth, session):
    ina = auth.login("ina")
    upload(ina, "name;email\nŽofia Kováč;z@example.edu\n".encode("cp1250"))
    assert "was read as Windows-1252" in look(ina).text
    assert "Žofia Kováč" in look(ina, "?encoding=cp1250").text
    take(ina, "?encoding=cp1250")
    assert user(session, "z@example.edu").name == "Žofia Kováč"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"PK\x03\x04", "is a spreadsheet"), (b"", "0 bytes"), (b"a" * (2**21 + 1), "more than 2 MB")],
)
def test_what_is_no_roster_is_refused_and_not_kept(auth, session, data, sentence):
    answer = upload(auth.login("ina"), data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert session.scalars(sa.select(RosterFile)).all() == []


def test_the_file_belongs_to_its_person_and_course_and_ends(auth, app, session):
    ina = auth.login("ina")
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    enrol(session, other, user(session, "ina@example.edu"), Role.INSTRUCTOR)
    with app.app_context():
        enrol(session, session.get_one(Course, 1), add_user(session, "ivo"), Role.INSTRUCTOR)
    session.commit()
    upload(ina, HEAD + "Zoe Q,zoe@example.edu,,,\n")
    assert "Zoe Q" in look(ina).text
    assert "Zoe Q" not in ina.get("/courses/other/staff/people/roster").text
    assert "Zoe Q" not in look(auth.login("ivo")).text
    upload(ina, HEAD + "Yan Q,yan@example.edu,,,\n")
    assert session.scalar(sa.select(sa.func.count(RosterFile.id))) == 1
    session.execute(sa.update(RosterFile).values(uploaded_at=now() - timedelta(hours=25)))
    session.commit()
    assert "Yan Q" not in look(ina).text
    assert ina.post(ina.course("staff/people/roster/take")).status_code == 303
    upload(auth.login("ivo"), HEAD + "Wim Q,wim@example.edu,,,\n")
    session.expire_all()
    assert [file.filename for file in session.scalars(sa.select(RosterFile))] == ["roster.csv"]


def test_a_file_is_thrown_away_on_request(auth, session):
    ina = auth.login("ina")
    upload(ina, HEAD + "Zoe Q,zoe@example.edu,,,\n")
    ina.post(ina.course("staff/people/roster/discard"))
    assert session.scalars(sa.select(RosterFile)).all() == []
    assert (people(session), actions(session)) == (5, [])


def test_who_takes_part_elsewhere_keeps_name_and_address_and_has_another_role(auth, session):
    ina = auth.login("ina")
    import_roster(ina, HEAD + "Eve Other,eve@example.edu,student,B,5\n")
    assert user(session, "eve@example.edu").name == "Eve"
    assert part(session, "eve@example.edu").role == Role.STUDENT
    assert part(session, "eve@example.edu", "other").role == Role.INSTRUCTOR
    upload(ina, HEAD + "Eve Other,eve2@example.edu,student,C,5\n")
    assert "only an administrator of the site can change" in look(ina).text
    take(ina)
    found = part(session, "eve@example.edu")
    assert (found.user.name, found.section) == ("Eve", "C")


def test_a_changed_address_ends_open_links_and_the_change_is_in_the_log(auth, session):
    ina = auth.login("ina")
    page = import_roster(ina, HEAD + "Zoe Q,zoe@example.edu,,,7\n").text
    link = page[page.index("/welcome/") :].split('"')[0]
    assert auth.visitor().get(link).status_code == 200
    import_roster(ina, HEAD + "Zoe Q,zoe2@example.edu,,,7\n")
    assert auth.visitor().get(link).status_code == 410
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "change person")).one()
    assert entry.detail == {"email": "zoe@example.edu → zoe2@example.edu"}


def test_a_roster_of_five_thousand_is_shown_and_taken_in_few_statements(auth, app, session):
    from webapp.base.database import db

    rows = "".join(f"P{n} Q,p{n}@example.edu,,S{n % 9},{n:05}\n" for n in range(5000))
    ina, seen = auth.login("ina"), []
    upload(ina, HEAD + rows)
    with app.app_context():
        engine = db.engine
    note = lambda _c, _cur, text, *_: seen.append(text)  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    page = look(ina).text
    assert len(seen) < 30
    assert page.count("@example.edu") < 3 * pages._SHOWN
    seen.clear()
    assert "5000 enrolled" in take(ina).text
    seen.clear()
    assert ina.get(ina.course("staff/people")).status_code == 200
    assert len(seen) < 12
    sa.event.remove(engine, "before_cursor_execute", note)
    assert part(session, "p4999@example.edu").student_number == "04999"
