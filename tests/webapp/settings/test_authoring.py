"""Authoring: only what is proved sound is added; staff see the release and feedback as students."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from autograder.assignment import load_assignment
from autograder.cli.new import write_assignment
from autograder.nbgrader.release import release_notebook
from autograder.proof.validation_record import record
from tests.webapp.graders import result
from webapp.grading import release
from webapp.models import AuditEntry, Course, CourseAssignment, ResultRule, User

pytestmark = pytest.mark.slow

PAGE = "/courses/dl/staff/assignments"
TIMES = {"opens_at": "2027-01-04T09:00", "due_at": "2027-01-11T23:59"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder of assignments with the course's own, which nobody has proved."""
    home = tmp_path / "assignments"
    home.mkdir()
    write_assignment("a01_demo", "The perceptron", home)
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(home))
    return home


def prove(home: Path, *, sound: bool = True) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert record(load_assignment(home), sound=sound, seeds=3, at=at)


def titles(session) -> list[str]:
    found = sa.select(CourseAssignment).join(Course).where(Course.slug == "dl")
    return [i.title for i in session.scalars(found.order_by(CourseAssignment.position))]


def test_a_sound_assignment_is_added_with_its_times_and_the_log_says_so(auth, session, folder):
    prove(write_assignment("a08_gates", "Gates", folder))
    ina = auth.login("ina")
    assert "Add Gates" in ina.get(PAGE).text
    response = ina.post(PAGE, {"name": "a08_gates", **TIMES})
    assert response.location.endswith("/staff/assignments/a08_gates/settings")
    assert titles(session) == ["The perceptron", "Gates"]
    added = session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.assignment == "a08_gates")
    ).one()
    assert added.due_at == datetime(2027, 1, 12, 4, 59, tzinfo=UTC)
    assert added.points == load_assignment(folder / "a08_gates").max_score
    assert (added.attempt_limit, added.pause_minutes, added.waiting_limit) == (None, 1, 3)
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["add assignment"]
    assert "Gates" in auth.login("ada").get("/courses/dl/").text
    assert "Add Gates" not in ina.get(PAGE).text
    again = ina.post(PAGE, {"name": "a08_gates", **TIMES})
    assert again.status_code == 422
    assert "Gates is in the course already." in again.text


def _unproved(home: Path) -> None:
    """Nothing is beside it."""


def _failed(home: Path) -> None:
    prove(home, sound=False)


def _changed(home: Path) -> None:
    prove(home)
    (home / "checks.py").write_text("# other", encoding="utf-8")


def _changed_bank(home: Path) -> None:
    prove(home)
    (home / "wrong" / "other.py").write_text('"""Other."""', encoding="utf-8")


def _unreadable_proof(home: Path) -> None:
    (home / ".validated.json").write_text('{"sound": true}', encoding="utf-8")


def _broken(home: Path) -> None:
    prove(home)
    (home / "assignment.toml").write_text("title = ", encoding="utf-8")


def _without_notebook(home: Path) -> None:
    prove(home)
    (home / f"{home.name}.ipynb").unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_unproved, "Nothing here shows that it is sound: prove it with"),
        (_failed, "Its last proof failed: see where, mend it and prove it again with"),
        (_changed, "It has changed since it was proved sound: prove it again with"),
        (_changed_bank, "It has changed since it was proved sound: prove it again with"),
        (_unreadable_proof, "Nothing here shows that it is sound: prove it with"),
        (_broken, "is not valid TOML"),
        (_without_notebook, "Nothing here shows that it is sound: prove it with"),
    ],
)
def test_what_cannot_be_seen_to_be_sound_is_not_added(auth, session, folder, spoil, sentence):
    home = write_assignment("a08_gates", "Gates", folder)
    spoil(home)
    ina = auth.login("ina")
    page = ina.get(PAGE).text
    assert sentence in page
    assert "<code>heldout validate a08_gates</code>" in page
    assert "Add Gates" not in page
    response = ina.post(PAGE, {"name": "a08_gates", **TIMES})
    assert response.status_code == 422
    assert "cannot be added" in response.text
    assert titles(session) == ["The perceptron"]
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0


@pytest.mark.parametrize("name", ["", "a09_none", "../a01_demo", "/etc"])
def test_what_is_not_in_the_folder_is_not_added(auth, session, folder, name):
    response = auth.login("ina").post(PAGE, {"name": name, **TIMES})
    assert response.status_code == 422
    assert "in the folder of assignments" in response.text
    assert titles(session) == ["The perceptron"]


def test_without_a_folder_nothing_is_added_and_the_page_says_why(auth, monkeypatch, tmp_path):
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "nowhere"))
    ina = auth.login("ina")
    assert "There is no folder of assignments at" in ina.get(PAGE).text
    assert ina.post(PAGE, {"name": "a01_demo", **TIMES}).status_code == 422


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due_at": "2027-01-04T08:00"}, "It is due before it opens"),
        ({"opens_at": "2026-03-08T02:30"}, "There is no 02:30 on Sun 8 Mar 2026"),
    ],
)
def test_a_bad_time_is_told_beside_its_field_and_what_was_typed_stays(
    auth, session, folder, change, sentence
):
    prove(write_assignment("a08_gates", "Gates", folder))
    form = {"name": "a08_gates", **TIMES, **change}
    response = auth.login("ina").post(PAGE, form)
    assert response.status_code == 422
    assert sentence in response.text
    key, typed = next(iter(change.items()))
    assert f'id="{key}-a08_gates-refusal"' in response.text
    assert f'value="{typed}"' in response.text
    assert titles(session) == ["The perceptron"]


def test_the_settings_warn_when_an_assignment_in_the_course_is_no_longer_proved(auth, folder):
    prove(folder / "a01_demo")
    ina = auth.login("ina")
    settings = f"{PAGE}/a01_demo/settings"
    assert "heldout validate" not in ina.get(settings).text
    (folder / "a01_demo" / "checks.py").write_text("# other", encoding="utf-8")
    assert "It has changed since it was proved sound" in ina.get(settings).text


def test_the_preview_is_the_release_that_the_command_writes(auth, folder):
    gil = auth.login("gil")
    page = gil.get(f"{PAGE}/a01_demo/preview").text
    assert "raise NotImplementedError()" in page
    assert "BEGIN SOLUTION" not in page
    saved = gil.get(f"{PAGE}/a01_demo/release.ipynb")
    assert saved.data == release_notebook(load_assignment(folder / "a01_demo"))
    assert saved.headers["Content-Disposition"] == "attachment; filename=a01_demo.ipynb"


def test_only_a_changed_notebook_is_released_anew(folder, session, monkeypatch):
    first = release.released_notebook(session, "a01_demo")
    started = []
    run = release.subprocess.run

    def counted(*args, **options):
        started.append(args)
        return run(*args, **options)

    monkeypatch.setattr(release.subprocess, "run", counted)
    assert release.released_notebook(session, "a01_demo") == first
    assert started == []
    source = folder / "a01_demo" / "a01_demo.ipynb"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("The perceptron", "Another title"), encoding="utf-8")
    assert b"Another title" in release.released_notebook(session, "a01_demo")
    assert len(started) == 1


def test_what_cannot_be_released_shows_the_commands_sentence(auth, folder):
    source = folder / "a01_demo" / "a01_demo.ipynb"
    text = source.read_text(encoding="utf-8").replace("END SOLUTION", "END OF SOLUTION")
    source.write_text(text, encoding="utf-8")
    gil = auth.login("gil")
    page = gil.get(f"{PAGE}/a01_demo/preview").text
    assert page.count('role="alert"') == 1
    assert "SOLUTION" in page
    assert gil.get(f"{PAGE}/a01_demo/release.ipynb").status_code == 303


def test_an_assignment_that_is_gone_from_the_folder_has_no_preview_and_says_so(auth, folder):
    for path in sorted((folder / "a01_demo").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert (
        "There is no assignment &#39;a01_demo&#39;"
        in auth.login("gil").get(f"{PAGE}/a01_demo/preview").text
    )
    assert (
        "is not in the folder of assignments here"
        in auth.login("ina").get(f"{PAGE}/a01_demo/settings").text
    )


def test_feedback_is_read_as_its_student_reads_it(auth, session, graded, folder):
    from webapp.visibility.operations import set_rule

    submission = graded("ada", result(score=1, message="a hidden message"))
    item = session.get_one(CourseAssignment, submission.course_assignment_id)
    set_rule(session, item, ResultRule.PUBLISHED)
    session.commit()
    gil = auth.login("gil")
    assert "Ada, attempt 1" in gil.get(f"{PAGE}/a01_demo/preview").text
    view = f"/courses/dl/staff/students/{submission.user_id}/view"
    response = gil.post(view, {"submission_id": str(submission.id)})
    assert response.location.endswith(f"/courses/dl/submissions/{submission.id}")
    page = gil.get(response.location).text
    assert "as <strong>Ada</strong> does" in page
    assert "a hidden message" not in page


def test_another_students_attempt_is_not_read_in_ones_name(auth, session, graded):
    submission = graded("ada")
    bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
    gil = auth.login("gil")
    form = {"submission_id": str(submission.id)}
    assert gil.post(f"/courses/dl/staff/students/{bob.id}/view", form).status_code == 404
    assert gil.get("/courses/dl/staff").status_code == 200


def test_a_few_attempts_from_the_lowest_to_the_highest_are_offered(auth, graded, folder):
    for score in (0.5, 3, 1, 2.5, 0, 2, 1.5):
        graded("ada", result(score=score))
    page = auth.login("gil").get(f"{PAGE}/a01_demo/preview").text
    scores = [float(s) for s in re.findall(r"attempt \d: <strong>([\d.]+)</strong>", page)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1], len(scores)) == (0, 3, 5)
