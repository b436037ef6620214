"""When imported work counts as handed in: by its timestamp.txt, else as staff say; never later."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.webapp.graders import LIBRARY, notebook
from tests.webapp.imports.test_imports import PAGE, archive
from webapp.base.clock import now
from webapp.base.typed_times import NoMoment
from webapp.cli.imports import import_work
from webapp.imports import queries
from webapp.imports.matching import gather
from webapp.imports.times import stamped
from webapp.models import AuditEntry, BulkImport, CourseAssignment, Submission
from webapp.scoring.late_policy import Attempt, LatePolicy, weigh

NEW_YORK = "America/New_York"


@pytest.fixture
def due(session) -> CourseAssignment:
    """The assignment was due three days ago, and a day late costs a tenth."""
    found = session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.assignment == "a01_demo")
    ).first()
    found.due_at, found.late_penalty = now() - timedelta(days=3), 0.1
    session.commit()
    return found


def tree(**stamps: str | None) -> bytes:
    """An nbgrader tree as an archive: each student's notebook, and their timestamp.txt."""
    files = {}
    for name, stamp in stamps.items():
        folder = f"submitted/{name}/a01_demo"
        files[f"{folder}/a01_demo.ipynb"] = notebook(f"x = '{name}'")
        if stamp is not None:
            files[f"{folder}/timestamp.txt"] = stamp
    return archive(files)


def handed_in(session) -> dict[str, Submission]:
    session.expire_all()
    return {found.user.name: found for found in session.scalars(sa.select(Submission))}


def take(ina) -> None:
    shown = re.search(r'name="import" value="(\d+)"', ina.get(PAGE).text)
    assert ina.post(f"{PAGE}/take", {"import": shown[1]}).status_code == 303


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-04 17:00:00.123456 UTC\n", datetime(2026, 2, 4, 17, 0, 0, 123456, tzinfo=UTC)),
        ("2026-02-04 17:00:00", datetime(2026, 2, 4, 17, tzinfo=UTC)),
        ("2026-02-04T17:00Z", datetime(2026, 2, 4, 17, tzinfo=UTC)),
        ("2026-02-04 17:00:00 -0500", datetime(2026, 2, 4, 22, tzinfo=UTC)),
        ("2026-02-04 17:00:00+01:00", datetime(2026, 2, 4, 16, tzinfo=UTC)),
        ("2026-02-04 17:00:00 EST", datetime(2026, 2, 4, 22, tzinfo=UTC)),
        ("2026-07-04 17:00:00 EDT", datetime(2026, 7, 4, 21, tzinfo=UTC)),
        ("2026-07-04 17:00:00 Europe/Paris", datetime(2026, 7, 4, 15, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_read_as_nbgrader_writes_it(text, moment):
    assert stamped(text, NEW_YORK) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "5", "2026-02-30 10:00:00 UTC", "2026-02-04", "2026-02-04 17:00:00 XYZ"),
        *("2026-02-04 17:00:00 ../../etc/passwd", "0001-01-01 00:00:00 +2359", "\x00" * 50),
        *("1970-01-01 00:00:00 UTC", "2999-01-01 00:00:00 UTC", "2026-02-04 17:00:00 +9999"),
        *("2026-02-04 17:00:00 America", "2026-02-04 17:00:00 /etc/localtime", "2026-02-04 24:61"),
    ],
)
def test_what_is_no_time_in_the_past_is_refused_in_one_sentence(text):
    with pytest.raises(NoMoment) as refused:
        stamped(text, NEW_YORK)
    assert str(refused.value).startswith("Its timestamp.txt says ")


def test_work_counts_as_of_its_timestamp_and_the_preview_says_so(auth, session, due):
    early, late = due.due_at - timedelta(hours=1), due.due_at + timedelta(hours=30)
    data = tree(ada=f"{early:%Y-%m-%d %H:%M:%S} UTC", bob=f"{late:%Y-%m-%d %H:%M:%S} UTC")
    ina = auth.login("ina")
    assert ina.post(PAGE, {"archive": (io.BytesIO(data), "work.zip")}).status_code == 303
    page = ina.get(PAGE).text
    assert "1 of them counts as late" in page
    assert page.count("2 days late") == 1
    take(ina)
    found = handed_in(session)
    assert abs(found["Ada"].received_at - early) < timedelta(seconds=1)
    assert (found["Ada"].late, found["Bob"].days_late, found["Bob"].kept) == (False, 2, 0.8)
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.detail["outcome"] == "2 handed in (2 as of an earlier time), 0 were there already."


@pytest.mark.parametrize(
    ("form", "late"),
    [({}, True), ({"received": "now"}, True), ({"received": "due"}, False)],
)
def test_other_work_counts_as_staff_say(auth, session, due, form, late):
    ina = auth.login("ina")
    file = {"archive": (io.BytesIO(archive({"ada.ipynb": notebook("x = 1")})), "work.zip")}
    assert ina.post(PAGE, {**file, **form}).status_code == 303
    assert ("late by the assignment" in ina.get(PAGE).text) is late
    take(ina)
    assert handed_in(session)["Ada"].late is late


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "No time is given"),
        ("soon", "expected a date and a time"),
        ("2099-01-01T00:00", "still to come"),
    ],
)
def test_a_moment_that_is_none_is_refused_before_anything_is_read(
    auth, session, due, typed, sentence
):
    ina = auth.login("ina")
    file = {"archive": (io.BytesIO(archive({"ada.ipynb": notebook("x = 1")})), "work.zip")}
    page = ina.post(PAGE, {**file, "received": "at", "received_at": typed})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{typed}"' in page.text
    assert "Hand in the" not in ina.get(PAGE).text


def test_a_damaged_timestamp_keeps_its_file_out_and_no_other(session, due, tmp_path):
    path = tmp_path / "work.zip"
    path.write_bytes(tree(ada="next week", bob=None))
    gathered = gather(session, due, [path], LIBRARY.parse_notebook)
    errors = {found.source.name: found.error for found in gathered}
    assert "timestamp.txt says 'next week'" in errors["ada"]
    assert errors["bob"] == ""


def test_the_last_attempt_is_the_one_that_came_last_though_staff_imported_another_later():
    first = datetime(2026, 2, 4, 17, tzinfo=UTC)
    attempts = [Attempt(1, first, 3.0), Attempt(2, first - timedelta(days=1), 5.0)]
    judged = weigh(LatePolicy(NEW_YORK), attempts, last_counts=True, late_days=0)
    assert [one.counts for one in judged] == [True, False]


def test_the_command_says_when_each_counts_and_takes_the_due_time(
    settings, session, due, tmp_path, monkeypatch
):
    monkeypatch.setenv("HELDOUT_DATABASE_URL", settings.database_url)
    for name in ("ada", "nobody"):
        (tmp_path / f"{name}.ipynb").write_bytes(notebook("x = 1"))
    words = ["dl", "a01_demo", str(tmp_path)]
    shown = CliRunner().invoke(import_work, [*words, "--preview"])
    assert "ada@example.edu, as of" in shown.output
    assert "days late" in shown.output
    assert session.scalars(sa.select(BulkImport.id)).all() == []
    refused = CliRunner().invoke(import_work, [*words, "--received", "someday"])
    assert refused.exit_code == 1
    assert "expected a date and a time" in refused.output
    done = CliRunner().invoke(import_work, [*words, "--received", "due"])
    assert done.exit_code == 0, done.output
    said = "1 handed in (1 as of an earlier time), 0 were there already, 1 not taken in."
    assert done.output.splitlines()[-1] == said
    assert handed_in(session)["Ada"].received_at == due.due_at
    assert queries.open_import(session, due) is None
    (entry,) = session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.actor_id) == ("import work", None)
    assert entry.detail == {"by": "command line", "outcome": said}
