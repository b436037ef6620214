"""Serving for real: two processes under one parent, a port that is taken, a graceful end."""

import os
import signal
import socket
import stat
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.serving.clients import slow_clients
from tests.webapp.conftest import settings_for
from webapp import cli
from webapp.base.environment import VARIABLES
from webapp.service import serve, web
from webapp.service.serve import ServeError, Service, require_free_port
from webapp.service.web import own_socket

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
    serving, worker = started
    assert serving["HELDOUT_SECRET_KEY"] == settings.secret_key
    assert settings.secret_key not in worker.values()
    assert settings.password_salt not in worker.values()


def test_the_web_server_tells_the_application_its_threads(settings, monkeypatch):
    for name, value in serve.as_environment(settings).items():
        monkeypatch.setenv(name, value)
    told = []
    monkeypatch.setattr(web, "create_app", lambda found: told.append(found.threads) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        web.WebServer("127.0.0.1:0", 8).load()
    assert told == [8]


def test_the_renderer_gets_a_folder_and_nothing_else_of_the_site(settings, monkeypatch):
    for variable in VARIABLES:
        monkeypatch.setenv(variable.name, "a secret key of tests only")
    started: list[dict[str, str]] = []
    monkeypatch.setattr(serve, "_start", lambda command, child: started.append(child))
    Service(settings, "127.0.0.1", 8000)._start_renderer()
    (renderer,) = started
    ours = {name for name in renderer if name.startswith("HELDOUT")}
    assert ours == {"HELDOUT_DATA", "HELDOUT_LOG_LEVEL"}


@contextmanager
def served(data):
    """`heldout serve`, its port and its process."""
    port = free_port()
    script = "from webapp.cli import serve; serve()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "--port", str(port), "--no-worker"],
        env={**os.environ, **SECRETS, "HELDOUT_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        yield port, process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One service of all tests that do not end it: its port and its data folder."""
    # A short path, since a socket lies in it.
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder, served(folder) as (port, _):
        yield port, Path(folder)


def test_the_service_answers_and_ends_on_a_signal(tmp_path):
    with served(tmp_path) as (port, process):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    require_free_port("127.0.0.1", port)


def pages(port: int, count: int = 30) -> list[float]:
    """Seconds of each of so many pages."""
    found = []
    for _ in range(count):
        started = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=30) as page:
            assert page.status == 200
        found.append(time.perf_counter() - started)
    return found


def test_500_slow_and_idle_clients_are_noticed_by_nobody(site):
    port, _ = site
    pages(port)
    alone = statistics.median(pages(port))
    with slow_clients(port, 500):
        beside = pages(port)
        assert statistics.median(beside) < 3 * alone
    assert len(beside) == 30


def asked_by_socket(path: Path, address: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(path))
        client.sendall(f"GET {address} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_metrics_are_asked_for_through_a_socket_of_the_data_folder_alone(site):
    port, data = site
    said = asked_by_socket(data / "metrics.sock", "/metrics")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"heldout_jobs" in said
    assert stat.S_IMODE((data / "metrics.sock").stat().st_mode) == 0o600
    assert asked_by_socket(data / "metrics.sock", "/login").startswith(b"HTTP/1.1 404 ")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30)


def test_whatever_the_running_service_wrote_is_its_owners_alone(site):
    _, data = site
    every = [data, *data.rglob("*")]
    assert {path.name for path in every} >= {"heldout.sqlite", "heldout.sqlite-wal"}
    assert [str(path) for path in every if path.lstat().st_mode & 0o077] == []


def test_a_data_folder_deep_in_others_has_no_socket_and_says_so(tmp_path, caplog):
    assert own_socket(tmp_path / ("x" * 100)) == []
    assert "ask with the token" in caplog.text
    assert own_socket(Path("/srv/heldout")) == ["unix:/srv/heldout/metrics.sock"]


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
