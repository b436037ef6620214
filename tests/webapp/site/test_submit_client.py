"""The client that a student runs: one file, over a real connection, one sentence each time."""

import json
import os
import runpy
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from autograder.cli import group
from tests.webapp.graders import StandInPool, notebook, rejected, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.grading.worker import Worker
from webapp.models import User
from webapp.site import submit_client, tokens


@pytest.fixture
def token(session):
    user = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    text = tokens.create(session, user, "laptop")
    session.commit()
    return text


@pytest.fixture
def grading(engine):
    """A worker whose verdict the test chooses."""
    stop = threading.Event()
    threads = []

    def start(found):
        pool = StandInPool(lambda _: found)
        worker = Worker(engine, pool, poll_seconds=0.01)
        threads.append(threading.Thread(target=worker.run, args=(stop,)))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def work(folder, name=f"{ASSIGNMENT}.ipynb", data=None):
    path = folder / name
    path.write_bytes(data or notebook("x = 1"))
    return path


def run(*arguments):
    return submit_client.run([str(argument) for argument in arguments])


def test_a_notebook_is_handed_in_and_its_result_printed(
    site, token, home, grading, monkeypatch, capsys
):
    grading(result(score=1.0))
    monkeypatch.setenv("HELDOUT_TOKEN", token)
    assert run(work(home), "--site", site) == 0
    shown = capsys.readouterr().out
    assert "attempt 1" in shown
    assert "1 of 3    dense: partial" in shown
    assert "shape (4, 1), expected (4,)" in shown
    assert not submit_client.token_file().exists()


def test_the_name_of_a_file_says_the_assignment_and_survives_quotes(
    site, token, home, monkeypatch, capsys
):
    monkeypatch.setenv("HELDOUT_TOKEN", token)
    assert run(work(home, f'{ASSIGNMENT} "final" é.ipynb'), "--site", site, "--no-wait") == 0
    assert run(work(home, "other.ipynb"), "--site", site, "--no-wait") == 2
    assert f"name one by --assignment ({ASSIGNMENT})" in capsys.readouterr().err
    chosen = ("--assignment", ASSIGNMENT, "--course", "dl")
    assert run(work(home, "other.ipynb"), "--site", site, "--no-wait", *chosen) == 0
    assert "the same work as before" in capsys.readouterr().out


def test_a_refused_file_is_one_sentence_and_status_1(site, token, home, monkeypatch, capsys):
    monkeypatch.setenv("HELDOUT_TOKEN", token)
    assert run(work(home, data=b"\x89PNG"), "--site", site) == 1
    assert capsys.readouterr().err.startswith("This is not a notebook")


def test_a_rejected_notebook_is_status_1(site, token, home, grading, monkeypatch, capsys):
    grading(rejected("The kernel is R."))
    monkeypatch.setenv("HELDOUT_TOKEN", token)
    assert run(work(home), "--site", site) == 1
    assert "Refused: The kernel is R." in capsys.readouterr().out


def test_the_token_is_asked_for_once_and_kept_private(site, token, home, monkeypatch):
    asked = []
    monkeypatch.setattr(submit_client.getpass, "getpass", lambda text: asked.append(text) or token)
    for _ in range(2):
        assert run(work(home), "--site", site + "/", "--no-wait") == 0
    assert len(asked) == 1
    assert stat.S_IMODE(submit_client.token_file().stat().st_mode) == 0o600


def test_a_token_that_is_not_known_is_not_kept(site, home, monkeypatch, capsys):
    monkeypatch.setattr(submit_client.getpass, "getpass", lambda text: "heldout_mistyped")
    assert run(work(home), "--site", site) == 2
    assert "token is missing, mistyped or no longer valid" in capsys.readouterr().err
    submit_client.keep_token(site, "heldout_old")
    assert run(work(home), "--site", site) == 2
    assert json.loads(submit_client.token_file().read_text()) == {}


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("http://heldout.example.edu", "is not encrypted"),
        ("heldout.example.edu", "expected an address"),
        ("file:///etc/passwd", "expected an address"),
    ],
)
def test_the_token_goes_nowhere_in_the_clear(home, monkeypatch, capsys, site, said):
    monkeypatch.setenv("HELDOUT_TOKEN", "heldout_secret")
    assert run(work(home), "--site", site) == 2
    assert said in capsys.readouterr().err


def test_a_site_that_does_not_answer_is_status_3(home, monkeypatch, capsys):
    monkeypatch.setenv("HELDOUT_TOKEN", "heldout_secret")
    monkeypatch.setattr(submit_client.time, "sleep", lambda seconds: None)
    assert run(work(home), "--site", "http://127.0.0.1:9") == 3
    assert "does not answer" in capsys.readouterr().err


class _Elsewhere(BaseHTTPRequestHandler):
    """Sends everyone on to another place, and notes who followed."""

    followed: list[str] = []

    def do_GET(self):
        if self.path.startswith("/there"):
            self.followed.append(self.headers.get("Authorization", ""))
        self.send_response(302)
        self.send_header("Location", "/there")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_the_token_follows_no_redirect(home, monkeypatch, capsys):
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv("HELDOUT_TOKEN", "heldout_secret")
        assert run(work(home), "--site", f"http://127.0.0.1:{server.server_port}") == 2
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert _Elsewhere.followed == []
    assert "302" in capsys.readouterr().err


def test_the_site_hands_out_the_client_with_its_own_address(site, client, home, tmp_path, token):
    response = client.get("/assets/heldout_submit.py", base_url="https://heldout.example.edu")
    path = tmp_path / "heldout_submit.py"
    path.write_text(response.text, encoding="utf-8")
    assert runpy.run_path(str(path))["SITE"] == "https://heldout.example.edu"
    # Isolated: nothing but the standard library may be found.
    command = [sys.executable, "-I", "-S", path, work(home), "--site", site, "--no-wait"]
    environment = {**os.environ, "HELDOUT_TOKEN": token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "attempt 1" in done.stdout


def test_the_command_line_hands_its_arguments_on(home):
    shown = CliRunner().invoke(group, ["submit", "--help"])
    assert (shown.exit_code, "--no-wait" in shown.output) == (0, True)
    assert CliRunner().invoke(group, ["submit", str(home / "missing.ipynb")]).exit_code == 2


def test_what_staff_cancelled_is_not_called_our_fault():
    said = submit_client.describe({"state": "cancelled", "questions": [], "score": None})
    assert "hand in again" in said
    assert "fault" not in said


@pytest.mark.parametrize(
    ("days", "why"), [(0, "it came after the cut-off"), (1, "1 day late"), (3, "3 days late")]
)
def test_why_fewer_points_count_is_said(days, why):
    points = {"score": 4, "max_score": 5, "counted": 0.0, "days_late": days}
    said = submit_client.describe({"state": "graded", "questions": [], **points})
    assert said.splitlines()[-1].endswith(f"0 of 5    count: {why}")
