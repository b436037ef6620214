"""Bringing versions, putting them in use, and going back: by operation, page, program, command."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.webapp.assignments.folders import entries_of, folder_at, zipped
from tests.webapp.versions.conftest import NAME
from webapp.assignments.finding import site_assignment
from webapp.assignments.packed import FolderRefused, from_folder, from_zip
from webapp.audit.record import SiteActor
from webapp.base.database import Missing
from webapp.cli.assignments import assignment as command
from webapp.models import AssignmentVersion, AuditEntry, VersionState
from webapp.settings import catalogue
from webapp.versions import operations, queries
from webapp.versions.operations import VersionRefused

PAGE = "/administration/assignments/"
API = "/api/v1/administration/assignments"
ADMINISTRATOR = SiteActor(None)


def numbers_in_use(session) -> list[int]:
    session.expire_all()
    return [each.number for each in queries.versions_of(session, NAME) if each.in_use]


def log(session) -> list[tuple[str, str]]:
    rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(row.action, row.subject) for row in rows]


def upload(visitor, folder, filename: str = "a.zip"):
    data = zipped(entries_of(folder, under=f"{folder.name}/"))
    return visitor.post(PAGE, {"archive": (io.BytesIO(data), filename)})


def test_what_is_brought_waits_for_its_proof_and_nothing_is_graded_with_it(session, bring):
    version = bring()
    assert (version.state, version.title, version.in_use_since) == ("waiting", "Demo", None)
    assert from_zip(version.archive).digest == version.digest
    assert numbers_in_use(session) == []
    assert log(session) == [("bring assignment", NAME)]


def test_the_same_files_are_brought_once(session, bring, tmp_path):
    bring()
    bring("other")
    again = from_folder(tmp_path / f"brought {NAME} " / NAME)
    with pytest.raises(VersionRefused, match=f"These files are version 1 of {NAME} already"):
        operations.bring(session, ADMINISTRATOR, again)


def test_a_description_that_cannot_be_read_is_the_authors_sentence(session, tmp_path):
    folder = folder_at(tmp_path / "one")
    (folder / "assignment.toml").write_text("title = 'x'\npoints = 3\n", encoding="utf-8")
    with pytest.raises(FolderRefused, match=r"^a01_demo/assignment.toml has an unknown key") as e:
        operations.bring(session, ADMINISTRATOR, from_folder(folder))
    assert "/tmp" not in str(e.value)
    (folder / "assignment.toml").write_text(
        "title = 'x'\nfiles = ['no.csv']\n[[questions]]\nname = 'q'\npoints = 1\n", encoding="utf-8"
    )
    with pytest.raises(FolderRefused, match=r"no\.csv"):
        operations.bring(session, ADMINISTRATOR, from_folder(folder))


@pytest.mark.parametrize("state", [s for s in VersionState if s is not VersionState.SOUND], ids=str)
def test_only_what_is_proved_sound_is_put_in_use(session, bring, state):
    version = bring()
    version.state = state
    session.commit()
    with pytest.raises(VersionRefused, match="is not proved sound"):
        operations.put_in_use(session, ADMINISTRATOR, NAME, 1)
    assert numbers_in_use(session) == []


def test_an_earlier_version_is_put_back_in_use_also_where_a_clock_was_set_back(session, bring):
    bring(sound=True)
    bring("stricter", sound=True)
    for number in (1, 2, 1):
        operations.put_in_use(session, ADMINISTRATOR, NAME, number)
        assert numbers_in_use(session) == [number]
    later = sa.update(AssignmentVersion).where(AssignmentVersion.state == "sound")
    ahead = session.scalars(sa.select(sa.func.max(AssignmentVersion.in_use_since))).one()
    session.execute(later.values(in_use_since=ahead + timedelta(days=3)))
    session.commit()
    used = numbers_in_use(session)[0]
    operations.put_in_use(session, ADMINISTRATOR, NAME, 3 - used)
    assert numbers_in_use(session) == [3 - used]
    with pytest.raises(VersionRefused, match="in use already"):
        operations.put_in_use(session, ADMINISTRATOR, NAME, 3 - used)
    with pytest.raises(Missing):
        operations.put_in_use(session, ADMINISTRATOR, NAME, 9)


def test_the_shared_folders_can_be_used_again_but_only_if_it_is_there(session, bring, tmp_path):
    bring(sound=True)
    with pytest.raises(VersionRefused, match="No version of a01_demo is in use"):
        operations.use_placed(session, ADMINISTRATOR, NAME)
    operations.put_in_use(session, ADMINISTRATOR, NAME, 1)
    with pytest.raises(VersionRefused, match="shared folder holds no"):
        operations.use_placed(session, ADMINISTRATOR, NAME)
    placed = folder_at(tmp_path / "placed")
    operations.use_placed(session, ADMINISTRATOR, NAME)
    assert site_assignment(session, NAME).folder == placed


def test_instructors_can_add_what_was_brought_and_is_in_use(session, bring, ina):
    bring("", "a08_gates", sound=True)
    with pytest.raises(catalogue.NotAddable):
        catalogue.addable(session, ina.course, "a08_gates")
    operations.put_in_use(session, ADMINISTRATOR, "a08_gates", 1)
    assert catalogue.addable(session, ina.course, "a08_gates").title == "Demo"


def test_what_failed_a_later_proof_stays_in_use_but_cannot_be_added(session, bring, ina):
    version = bring("", "a08_gates", sound=True)
    operations.put_in_use(session, ADMINISTRATOR, "a08_gates", 1)
    operations.prove_again(session, ADMINISTRATOR, "a08_gates", 1)
    assert catalogue.addable(session, ina.course, "a08_gates")
    version.state = VersionState.UNSOUND
    session.commit()
    with pytest.raises(catalogue.NotAddable, match="Its last proof failed"):
        catalogue.addable(session, ina.course, "a08_gates")
    assert site_assignment(session, "a08_gates").id == "a08_gates"


def test_an_administrator_brings_a_zip_and_puts_it_in_use_by_pages(auth, session, amy, tmp_path):
    visitor = auth.login("amy")
    page = visitor.get(PAGE).text
    assert "can read every course" in page
    response = upload(visitor, folder_at(tmp_path / "one"))
    assert response.location.endswith(f"{PAGE}{NAME}/")
    assert "Waiting for a worker" in visitor.get(response.location).text
    assert visitor.get(f"{PAGE}{NAME}/versions/1/status").status_code == 200
    session.execute(sa.update(AssignmentVersion).values(state="sound"))
    session.commit()
    done = visitor.get(f"{PAGE}{NAME}/versions/1/status")
    assert (done.status_code, done.headers["HX-Refresh"]) == (286, "true")
    question = visitor.get(f"{PAGE}{NAME}/versions/1/use").text
    assert "keeps its results until a course is regraded" in question
    assert "Deep Learning" in question
    visitor.post(f"{PAGE}{NAME}/versions/1/use")
    assert numbers_in_use(session) == [1]
    assert log(session) == [("bring assignment", NAME), ("use assignment version", NAME)]
    assert "its instructors can regrade" not in visitor.get(f"{PAGE}{NAME}/").text


def test_a_new_version_offers_a_regrade_where_there_is_work(auth, session, amy, bring, graded):
    graded("ada")
    bring(sound=True)
    operations.put_in_use(session, ADMINISTRATOR, NAME, 1)
    page = auth.login("amy").get(f"{PAGE}{NAME}/").text
    assert "1 submission, its instructors can regrade" in page
    session.execute(sa.text("UPDATE users SET is_administrator = true WHERE name = 'Ina'"))
    session.commit()
    assert f'href="/courses/dl/staff/assignments/{NAME}/regrade"' in (
        auth.login("ina").get(f"{PAGE}{NAME}/").text
    )


def test_a_page_says_what_is_wrong_with_an_archive_and_brings_nothing(auth, session, amy, tmp_path):
    visitor = auth.login("amy")
    answer = visitor.post(PAGE, {"archive": (io.BytesIO(b"no zip"), "a.zip")})
    assert answer.status_code == 422
    assert "no ZIP archive, or it is damaged" in answer.text
    assert visitor.post(PAGE, {}).status_code == 422
    folder = folder_at(tmp_path / "one")
    upload(visitor, folder)
    answer = upload(visitor, folder)
    assert answer.status_code == 409
    assert "version 1 of a01_demo already" in answer.text
    assert session.scalar(sa.select(sa.func.count(AssignmentVersion.id))) == 1


def test_a_report_is_shown_with_what_did_not_hold(auth, session, amy, bring):
    version = bring()
    version.state = VersionState.UNSOUND
    version.report = {
        "claims": [
            {"subject": "wrong/x", "claim": "loses q", "found": "keeps <q>"},
            {"subject": "source", "claim": "loses nothing", "found": ""},
        ],
        "questions": ["q"],
        "solutions": [{"name": "wrong/x", "lost": [], "expected": ["q"]}],
        "seeds": 3,
        "gradings": 6,
        "grader_version": "1+aa",
    }
    session.commit()
    page = auth.login("amy").get(f"{PAGE}{NAME}/").text
    assert "it should be that it loses q, but keeps &lt;q&gt;" in page
    assert "1 of 2 claims hold" in page
    assert "kept, which is wrong" in page
    assert "Put version 1 in use" not in page
    assert auth.login("amy").post(f"{PAGE}{NAME}/versions/1/use").status_code == 409


def test_only_administrators_enter(auth, ask, session, bring):
    bring()
    for name in ("ada", "ina"):
        assert auth.login(name).get(PAGE).status_code == 403
        assert ask(name, "GET", API)[0] == 403
        assert ask(name, "POST", f"{API}/{NAME}/versions/1/prove", {})[0] == 403


def test_the_pages_take_the_same_number_of_statements_however_many_versions(
    auth, session, app, amy, bring, statements
):
    bring(sound=True)
    visitor = auth.login("amy")
    few = [statements(lambda at=at: visitor.get(at)) for at in (PAGE, f"{PAGE}{NAME}/")]
    for number in range(4):
        bring(f"v{number}", sound=True)
        bring(f"v{number}", f"a1{number}_more")
    assert [statements(lambda at=at: visitor.get(at)) for at in (PAGE, f"{PAGE}{NAME}/")] == few


def test_a_program_brings_follows_and_uses_a_version(ask, session, amy, tmp_path):
    data = zipped(entries_of(folder_at(tmp_path / "one"), under=f"{NAME}/"))
    files = {"archive": ("a.zip", data)}
    status, made = ask("amy", "POST", API, files=files)
    assert (status, made["number"], made["state"], made["in_use"]) == (201, 1, "waiting", False)
    assert ask("amy", "POST", API, files=files)[0] == 409
    assert ask("amy", "POST", API, files={"archive": ("a.zip", b"no")})[0] == 422
    assert ask("amy", "POST", f"{API}/{NAME}/versions/1/use")[0] == 409
    assert ask("amy", "POST", f"{API}/{NAME}/versions/1/prove")[0] == 409
    session.execute(sa.update(AssignmentVersion).values(state="sound"))
    session.commit()
    assert ask("amy", "POST", f"{API}/{NAME}/versions/1/use")[0] == 200
    (row,) = ask("amy", "GET", API)[1]["assignments"]
    assert (row["in_use"], row["versions"], row["newest"], row["placed"]) == (1, 1, "sound", False)
    assert ask("amy", "GET", f"{API}/{NAME}")[1]["versions"][0]["in_use"]
    assert ask("amy", "GET", f"{API}/a99_none")[0] == 404
    assert ask("amy", "POST", f"{API}/{NAME}/placed")[0] == 409
    folder_at(tmp_path / "placed")
    assert ask("amy", "POST", f"{API}/{NAME}/placed")[0] == 200
    assert ask("amy", "POST", API, files=files, scopes=("manage",))[0] == 403


@pytest.fixture
def run(settings, monkeypatch):
    """Run `heldout assignment` on this site."""
    monkeypatch.setenv("HELDOUT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HELDOUT_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("HELDOUT_PASSWORD_SALT", settings.password_salt)
    return lambda *arguments: CliRunner().invoke(command, [str(each) for each in arguments])


def test_commands_bring_list_and_use(run, session, tmp_path, proof):
    folder = folder_at(tmp_path / "one")
    done = run("add", folder)
    assert (done.exit_code, "Version 1 is proved sound" in done.output) == (0, True), done.output
    assert f"Next: heldout assignment use {NAME} 1" in done.output
    assert run("use", NAME, "1").exit_code == 0
    with (folder / "checks.py").open("a", encoding="utf-8") as checks:
        checks.write("\nMORE = 1\n")
    packed = tmp_path / "packed.zip"
    packed.write_bytes(zipped(entries_of(folder, under=f"{NAME}/")))
    assert "Version 2 of a01_demo is in use" in run("add", packed, "--use").output
    (row,) = json.loads(run("list", "--json").output)
    assert row == {
        "assignment": NAME,
        "title": "Demo",
        "versions": 2,
        "in_use": 2,
        "newest": "sound",
        "placed": False,
    }
    assert "version 2 is in use, version 2 is sound" in run("list").output
    assert [entry[0] for entry in log(session)].count("use assignment version") == 2


def test_a_command_says_why_an_assignment_is_not_sound(run, session, tmp_path, proof):
    proof.found = {
        "sound": False,
        "claims": [{"subject": "wrong/x", "claim": "loses q", "found": "keeps q"}],
    }
    done = run("add", folder_at(tmp_path / "one"), "--use")
    assert done.exit_code == 1
    assert "wrong/x: should loses q" not in done.output
    assert "wrong/x: it should be that it loses q, but keeps q" in done.output
    assert numbers_in_use(session) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("use", NAME, "7"), "The site has no such version"),
        (("use", NAME, "-x"), "No such option"),
        (("use", NAME, "latest"), "is no version"),
        (("use", "nothing", "placed"), "The site has no such version"),
    ],
)
def test_a_command_that_cannot_be_done_is_one_sentence(run, bring, arguments, sentence):
    bring()
    done = run(*arguments)
    assert done.exit_code != 0
    assert sentence in done.output


def test_no_wait_leaves_the_proof_to_the_workers(run, session, tmp_path):
    done = run("add", folder_at(tmp_path / "one"), "--no-wait")
    assert done.exit_code == 0
    assert session.scalars(sa.select(AssignmentVersion.state)).all() == ["waiting"]
    assert run("add", tmp_path / "one" / NAME, "--no-wait", "--use").exit_code == 2
