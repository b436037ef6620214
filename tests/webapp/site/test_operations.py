"""What watches over the service: metrics, logs, health."""

import io
import json
import logging
import re
import threading

import pytest
from flask import request

from tests.webapp.graders import StandInPool, notebook
from webapp import create_app
from webapp.base import logs
from webapp.grading.worker import Worker
from webapp.site import health
from webapp.site.metrics import OWN_SOCKET


@pytest.fixture
def log_lines():
    """What is logged, as JSON, while the test runs."""
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure(stream)

    def lines():
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield lines
    root.handlers, root.level = before


def test_metrics_tell_of_requests_queue_and_grading(auth, client, engine, graded):
    graded("ada")
    bob = auth.login("bob")
    bob.submit(notebook("x = 2"))
    text = client.get("/metrics", environ_base={OWN_SOCKET: True}).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    queued = 'heldout_jobs{lane="interactive",queue="cpu",state="queued"}'
    assert float(lines[queued]) == 1
    assert float(lines['heldout_results{assignment="a01_demo",status="graded"}']) == 1
    assert float(lines['heldout_grading_seconds_bucket{assignment="a01_demo",le="0.1"}']) == 1
    assert float(lines['heldout_grading_seconds_bucket{assignment="a01_demo",le="0.05"}']) == 0
    assert float(lines['heldout_grading_seconds_count{assignment="a01_demo"}']) == 1
    assert float(lines['heldout_uploads_total{outcome="taken"}']) >= 1
    assert 'heldout_job_age_seconds{lane="interactive",queue="cpu"}' in lines
    assert any(key.startswith('heldout_request_seconds_count{endpoint="sub') for key in lines)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Forwarded-For": "127.0.0.1"}, {"Authorization": "Bearer "}]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.0.2.1", ""])
def test_without_a_token_no_address_opens_the_metrics(client, headers, address):
    """A proxy on this machine that adds no header has this machine's address."""
    found = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert found.status_code == 404


def test_no_header_passes_for_the_data_folders_socket(client):
    for name in ("heldout.own_socket", "heldout-own-socket", "Heldout.Own_Socket"):
        assert client.get("/metrics", headers={name: "1"}).status_code == 404
    assert client.get("/metrics", environ_base={OWN_SOCKET: True}).status_code == 200


@pytest.mark.parametrize(
    ("given", "code"), [("the right token of 2026", 200), ("", 404), ("wrong", 404), ("é", 404)]
)
def test_with_a_token_metrics_are_for_whoever_shows_it(app, client, given, code):
    app.config["HELDOUT_METRICS_TOKEN"] = "the right token of 2026"
    found = client.get("/metrics", headers={"Authorization": f"Bearer {given}"})
    assert found.status_code == code


@pytest.mark.parametrize(
    ("given", "expected"), [("", "INFO"), ("warning", "WARNING"), ("loud", "INFO")]
)
def test_the_least_that_is_logged_is_a_setting(given, expected):
    assert logs.level({"HELDOUT_LOG_LEVEL": given}) == expected


def test_a_submission_can_be_followed_from_its_upload_to_its_result(auth, engine, log_lines):
    ada = auth.login("ada")
    response = ada.submit(notebook("x = 1"))
    uploaded = next(line for line in log_lines() if line.get("endpoint") == "submissions.submit")
    assert uploaded["request"] == response.headers["X-Request-ID"]
    Worker(engine, StandInPool(), poll_seconds=0.01).run(threading.Event(), drain=True)
    graded = next(line for line in log_lines() if line["event"] == "graded")
    assert graded["request"] == uploaded["request"]
    assert (graded["submission"], graded["assignment"], graded["attempt"]) == (1, "a01_demo", 1)


def test_logs_carry_no_secret(app, auth, client, log_lines):
    auth.login("ada")
    client.get("/welcome/a-secret-link")
    logging.getLogger("other").warning("tried", extra={"password": "hunter2", "at": "login"})
    text = json.dumps(log_lines())
    assert "a-secret-link" not in text
    assert "hunter2" not in text
    assert "a long enough password" not in text
    assert "[left out]" in text


def test_only_a_proxy_that_is_trusted_names_a_request(app, client, settings):
    given = {"X-Request-ID": "from-outside-1"}
    assert client.get("/health/live", headers=given).headers["X-Request-ID"] != "from-outside-1"
    from dataclasses import replace

    behind = create_app(replace(settings, proxies=1)).test_client()
    headers = {**given, "X-Forwarded-For": "192.0.2.1"}
    assert behind.get("/health/live", headers=headers).headers["X-Request-ID"] == "from-outside-1"
    headers["X-Request-ID"] = "two\tlines"
    found = behind.get("/health/live", headers=headers).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", found)


def test_an_exception_is_logged_with_its_request(app, client, log_lines, monkeypatch):
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setitem(app.view_functions, "health.live", lambda: request.nothing)
    response = client.get("/health/live")
    assert response.status_code == 500
    line = next(line for line in log_lines() if "exception" in line)
    assert line["request"] == response.headers["X-Request-ID"]
    assert "AttributeError" in line["exception"]


def test_a_full_disk_is_not_ready(client, monkeypatch):
    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr(health, "_free_bytes", lambda: 3 * 2**20)
    found = client.get("/health/ready")
    assert found.status_code == 503
    assert found.json == {"status": "only 3 MB are free for the database"}
