"""A roster by program and at the command line: the same as on the pages."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from webapp.cli.roster import roster
from webapp.models import AuditEntry, Enrolment, FormerEnrolment, User

ROSTER = "/api/v1/courses/dl/staff/roster"
HEAD = b"name;email;number;section\n"
DATA = HEAD + b"Zoe Q;zoe@example.edu;7;B\nAda King;ada@example.edu;;A\n"


def send(ask, data, query="", name="ina"):
    return ask(name, "POST", ROSTER + query, files={"roster": ("roster.csv", data)})


def people(session):
    session.expire_all()
    return session.scalar(sa.select(sa.func.count(User.id)))


def test_a_dry_run_says_what_would_happen_and_changes_nothing(ask, session):
    code, found = send(ask, DATA, "?dry_run=true")
    assert (code, found["done"], found["enrolled"], found["changed"]) == (200, False, 1, 1)
    assert found["columns"] == ["name", "email", "number", "section"]
    new, changed = found["lines"]
    assert (new["becomes"], new["lines"], new["user"]) == ("new", [2], None)
    assert (changed["changes"], changed["found_by"]) == (["name: Ada → Ada King"], "address")
    assert [each["name"] for each in found["missing"]] == ["Bob"]
    assert (people(session), session.scalars(sa.select(AuditEntry)).all()) == (5, [])
    assert send(ask, DATA, "?dry_run=true", name="gil")[0] == 403


def test_it_is_taken_in_with_columns_named_and_who_is_missing_removed(ask, session):
    data = b"a;b\nzoe@example.edu;Zoe Q\n"
    query = "?columns=email%3Da%0Aname%3D2&remove_missing=true"
    code, found = send(ask, data, query)
    assert (code, found["enrolled"], found["removed"]) == (200, 1, 2)
    assert [link["email"] for link in found["links"]] == ["zoe@example.edu"]
    left = session.scalars(sa.select(FormerEnrolment.user_id))
    names = [session.get_one(User, number).name for number in left]
    assert names == ["Ada", "Bob"]
    listed = ask("gil", "GET", "/api/v1/courses/dl/staff/former")[1]
    assert [each["name"] for each in listed["people"]] == ["Ada", "Bob"]
    assert all(each["left_at"] for each in listed["people"])


def test_a_conflict_stops_all_of_it_unless_it_is_left_out(ask, session):
    data = DATA + b"Bob;bob2@example.edu;;\n"
    code, found = send(ask, data)
    assert (code, "line 4: Bob is known with the address" in found["error"]) == (422, True)
    assert people(session) == 5
    code, found = send(ask, data, "?leave_conflicts=true")
    assert (code, found["enrolled"], found["left_out"]) == (200, 1, 1)
    assert "only the name says" in found["lines"][-1]["fault"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?columns=name", "expected one such as"),
        ("?columns=name%3Dz", "has no column 'z'"),
        ("?encoding=cp9", "expected one of utf-8-sig"),
        ("?dry_run=perhaps", "does not fit"),
    ],
)
def test_what_does_not_fit_is_one_sentence(ask, query, sentence):
    code, found = send(ask, DATA, query)
    assert (code, sentence in found["error"]) == (422, True)


PEOPLE = "/api/v1/courses/dl/staff/people"


def test_one_person_is_added_changed_invited_removed_and_brought_back(ask, session):
    body = {"name": "Q, Zoe", "email": "Zoe@example.edu", "section": "B,A", "student_number": "7"}
    code, found = ask("ina", "POST", PEOPLE, body)
    assert (code, found["name"], found["known"], found["back"]) == (200, "Zoe Q", False, False)
    assert len(found["links"]) == 1
    zoe = found["user"]
    assert ask("ina", "POST", PEOPLE, body)[0] == 422
    changes = {"email": "q@example.edu", "role": "grader"}
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}", changes)[1] == {"changed": ["email", "role"]}
    shown = ask("gil", "GET", ROSTER)[1]["people"][-1]
    assert (shown["email"], shown["role"], shown["section"]) == ("q@example.edu", "grader", "A, B")
    assert (shown["student_number"], shown["has_password"]) == ("7", False)
    assert shown["invited_at"] is None  # the address is another
    code, found = ask("ina", "POST", f"{PEOPLE}/invitations", {"who": "new"})
    assert [link["email"] for link in found["links"]] == ["q@example.edu"]
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}/end-links") == (200, {"done": True})
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}/remove") == (200, {"done": True})
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}", changes)[0] == 404
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}/return") == (200, {"done": True})
    assert ask("ina", "POST", f"{PEOPLE}/{zoe}/return")[0] == 404
    chosen = sa.select(Enrolment.role).where(Enrolment.user_id == zoe)
    assert session.scalars(chosen).all() == ["grader"]
    (ina,) = session.scalars(sa.select(User.id).where(User.name == "Ina"))
    code, found = ask("ina", "POST", f"{PEOPLE}/{ina}", {"role": "student"})
    assert (code, "cannot change your own role" in found["error"]) == (422, True)


@pytest.fixture
def heldout(settings, tmp_path, monkeypatch):
    """Runs `heldout roster` on a file for the course of the tests."""
    for name, value in (
        ("DATA", str(settings.data)),
        ("DATABASE_URL", settings.database_url),
        ("SECRET_KEY", settings.secret_key),
        ("PASSWORD_SALT", settings.password_salt),
    ):
        monkeypatch.setenv(f"HELDOUT_{name}", value)
    file = tmp_path / "roster.csv"

    def run(data: bytes, *options: str, course: str = "dl"):
        file.write_bytes(data)
        return CliRunner().invoke(roster, [course, str(file), *options])

    return run


@pytest.mark.slow
def test_the_command_takes_it_in_and_prints_links_once(heldout, session, auth):
    done = heldout(DATA, "--url", "https://h.example")
    assert done.exit_code == 0
    assert "1 enrolled, 1 were enrolled already, 1 of these changed." in done.output
    link = done.output.split("https://h.example")[1].split()[0]
    assert "Welcome, Zoe Q" in auth.visitor().get(link).text
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.actor_id, entry.detail["by"]) == (None, "command line")
    again = heldout(DATA)
    assert again.output == "0 enrolled, 2 were enrolled already.\n"


@pytest.mark.slow
def test_the_command_says_first_and_stops_at_conflicts(heldout, session):
    data = DATA + b"X;bad;;\n"
    said = heldout(data, "--dry-run").output
    for line in ("new      Zoe Q <zoe@", "change   Ada King <ada@", "missing  Bob <bob@"):
        assert line in said
    assert "1 new, 1 changed, 0 as they are, 1 not in the file, 1 conflicting." in said
    stopped = heldout(data)
    assert (stopped.exit_code, "'bad' is no e-mail address" in stopped.output) == (1, True)
    assert people(session) == 5
    done = heldout(data, "--leave-conflicts", "--remove-missing")
    assert "1 removed, 1 left out." in done.output


@pytest.mark.slow
def test_the_command_takes_columns_by_name_and_refuses_what_is_not_there(heldout, session):
    data = "x;y\nŽofia;zofia@example.edu\n".encode("cp1250")
    done = heldout(data, "--column", "name=x", "--column", "email=2", "--encoding", "cp1250")
    assert "1 enrolled" in done.output
    assert session.scalars(sa.select(User.name).where(User.email == "zofia@example.edu")).all() == [
        "Žofia"
    ]
    wrong = heldout(data, "--column", "name=z")
    assert (wrong.exit_code, "has no column 'z'" in wrong.output) == (1, True)
    wrong = heldout(DATA, course="xx")
    assert (wrong.exit_code, "no course 'xx'; known: dl, other" in wrong.output) == (1, True)
