"""Serving for real: two processes under one parent, a port that is taken, a graceful end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from click.testing import CliRunner

from tests.webapp.conftest import settings_for
from webapp import cli
from webapp.base.environment import VARIABLES
from webapp.service import serve
from webapp.service.serve import ServeError, Service, require_free_port

pytestmark = pytest.mark.slow

SECRETS = {"HELDOUT_SECRET_KEY": "k" * 20, "HELDOUT_PASSWORD_SALT": "s" * 20}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_is_one_sentence(taken_port):
    with pytest.raises(ServeError, match=f"Port {taken_port} on 127.0.0.1 cannot be used"):
        require_free_port("127.0.0.1", taken_port)


def test_the_demo_checks_the_port_before_it_does_any_work(taken_port, tmp_path):
    folder = tmp_path / "demo"
    arguments = ["--port", str(taken_port), "--data", str(folder)]
    outcome = CliRunner().invoke(cli.demo, arguments)
    assert outcome.exit_code == 1
    assert outcome.output.startswith(f"Error: Port {taken_port} on 127.0.0.1")
    assert outcome.output.count("\n") == 1
    assert not folder.exists()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (cli.serve, ["--port", "0"]),
        (cli.serve, ["--port", "65536"]),
        (cli.serve, ["--threads", "0"]),
        (cli.serve, ["--workers", "-1"]),
        (cli.worker, ["--workers", "0"]),
        (cli.demo, ["--port", "-1"]),
        (cli.demo, ["--students", "0"]),
    ],
)
def test_numbers_out_of_range_are_usage_errors(command, arguments):
    outcome = CliRunner().invoke(command, arguments)
    assert outcome.exit_code == 2
    assert f"Invalid value for '{arguments[0]}'" in outcome.output


def test_the_demo_finds_that_it_cannot_write_the_accounts_before_it_works(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "_refuse_without_sandbox", lambda: None)
    folder, accounts = tmp_path / "demo", tmp_path / "nowhere" / "accounts.json"
    arguments = ["--port", str(free_port()), "--data", str(folder), "--accounts", str(accounts)]
    outcome = CliRunner().invoke(cli.demo, arguments)
    assert outcome.exit_code == 1
    assert outcome.output.startswith("Error: No such file or directory")
    assert not folder.exists()


def test_serving_without_secrets_is_one_sentence(tmp_path):
    outcome = CliRunner().invoke(cli.serve, [], env={"HELDOUT_SECRET_KEY": ""})
    assert outcome.output.startswith("Error: HELDOUT_SECRET_KEY is not set")


def test_secrets_of_the_service_do_not_reach_the_worker(settings, monkeypatch):
    started: list[dict[str, str]] = []
    monkeypatch.setattr(serve, "_start", lambda command, child: started.append(child))
    service = Service(settings, "127.0.0.1", 8000)
    service._start_web()
    service._start_worker()
    web, worker = started
    assert web["HELDOUT_SECRET_KEY"] == settings.secret_key
    assert settings.secret_key not in worker.values()
    assert settings.password_salt not in worker.values()


def test_the_renderer_gets_a_folder_and_nothing_else_of_the_site(settings, monkeypatch):
    for variable in VARIABLES:
        monkeypatch.setenv(variable.name, "a secret key of tests only")
    started: list[dict[str, str]] = []
    monkeypatch.setattr(serve, "_start", lambda command, child: started.append(child))
    Service(settings, "127.0.0.1", 8000)._start_renderer()
    (renderer,) = started
    ours = {name for name in renderer if name.startswith("HELDOUT")}
    assert ours == {"HELDOUT_DATA", "HELDOUT_LOG_LEVEL"}


def test_the_service_answers_and_ends_on_a_signal(tmp_path):
    port = free_port()
    script = "from webapp.cli import serve; serve()"
    arguments = ["--port", str(port), "--no-worker"]
    environment = {**os.environ, **SECRETS, "HELDOUT_DATA": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()
    require_free_port("127.0.0.1", port)


def test_the_web_server_ends_with_its_parent(tmp_path):
    settings = settings_for(tmp_path)
    port = free_port()
    script = (
        "import sys, time; from tests.webapp.conftest import settings_for; from pathlib import "
        "Path; from webapp.service.serve import Service\n"
        f"s = Service(settings_for(Path({str(tmp_path)!r})), '127.0.0.1', {port})\n"
        "s._start_web(); time.sleep(60)"
    )
    assert settings.data == tmp_path
    parent = subprocess.Popen([sys.executable, "-c", script])
    try:
        wait_until(lambda: answers(port), "the server never answered")
    finally:
        parent.kill()
        parent.wait()
    wait_until(lambda: not answers(port), "the server outlived its parent")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2):
            return True
    except OSError:
        return False


def wait_until(condition, complaint: str, seconds: float = 30) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, complaint
        time.sleep(0.1)
