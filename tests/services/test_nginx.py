"""The site behind a real nginx that is configured as the documentation says."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.serving.clients import look, slow_clients
from tests.services.nginx import BARE, Nginx
from tests.services.servers import free_port, running

_TOKEN = "a token of tests that is long"
_SITE = {
    "HELDOUT_SECRET_KEY": "k" * 20,
    "HELDOUT_PASSWORD_SALT": "s" * 20,
    "HELDOUT_METRICS_TOKEN": _TOKEN,
    "HELDOUT_PROXIES": "1",
    "HELDOUT_HTTPS": "0",
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    """`heldout serve` as it is started behind a proxy."""
    port = free_port()
    script = "from webapp.cli import serve; serve()"
    with tempfile.TemporaryDirectory(prefix="heldout-") as data:
        service = subprocess.Popen(
            [sys.executable, "-c", script, "--port", str(port), "--no-worker"],
            env={**os.environ, **_SITE, "HELDOUT_DATA": data},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert service.stdout is not None
            assert "Serving on" in service.stdout.readline()
            yield port
        finally:
            service.terminate()
            service.communicate(timeout=60)


@contextmanager
def proxy(upstream: int, site: str = "") -> Iterator[int]:
    kind = type("Here", (Nginx,), {"upstream": upstream, **({"site": site} if site else {})})
    with running(kind) as server:
        yield server.port


@pytest.fixture(scope="module")
def port(upstream: int) -> Iterator[int]:
    with proxy(upstream) as found:
        yield found


def asked(
    port: int, path: str, method: str = "GET", **given: object
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, **given)  # type: ignore[arg-type]
    answer = connection.getresponse()
    try:
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_pages_come_through_and_are_named_by_the_proxy(port: int) -> None:
    code, headers, page = asked(port, "/login", headers={"X-Request-ID": "forged-by-a-client"})
    assert code == 200
    assert b"</html>" in page
    assert headers["X-Request-ID"] != "forged-by-a-client"
    assert len(headers["X-Request-ID"]) == 32  # nginx's own


def test_500_slow_and_idle_clients_are_noticed_by_nobody(port: int) -> None:
    look(port, "/login", readers=1, seconds=1)
    alone = look(port, "/login", readers=1, seconds=2)
    with slow_clients(port, 500):
        beside = look(port, "/login", readers=1, seconds=2)
    assert (alone.missing, beside.missing) == (0, 0)
    assert statistics.median(beside.seconds) < 3 * statistics.median(alone.seconds)


def test_a_class_behind_one_address_is_served(port: int) -> None:
    """300 students whose browsers keep connections open and ask on each."""
    clients = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(600)]
    for client in clients:
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert all(client.recv(4096).startswith(b"HTTP/1.1 200 ") for client in clients)
    for client in clients:
        client.close()


def test_a_slow_upload_reaches_the_site_whole(port: int) -> None:
    head = "POST /api/v1/courses/dl/assignments/a/submissions HTTP/1.1\r\nHost: localhost\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(f"{head}Connection: close\r\nContent-Length: 50\r\n\r\n".encode())
        for _ in range(5):
            client.sendall(b"x" * 10)
            time.sleep(0.1)
        assert client.recv(4096).startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 404 "))


def test_what_is_too_large_is_refused_in_our_words(port: int) -> None:
    code, _, page = asked(port, "/login", "POST", body=b"x" * 40_000_000)
    assert code == 413
    assert b"A notebook may have up to" in page
    assert asked(port, "/login", "POST", body=b"", headers={"Content-Length": "1" * 12})[0] == 413


@pytest.mark.parametrize("site", ["", BARE], ids=["documented", "without forwarding headers"])
def test_no_proxy_opens_the_metrics(upstream: int, site: str) -> None:
    with proxy(upstream, site) as port:
        assert asked(port, "/metrics")[0] == 404
        shown = {"Authorization": f"Bearer {_TOKEN}"}
        assert asked(port, "/metrics", headers=shown)[0] == 200
