"""Slow and idle clients hold a socket and nothing else; what they may take is bounded."""

import http.client
import json
import resource
import socket
import threading
import time

import pytest

from tests.webapp.service.reading import ALLOWED, BIG, MOST, reading, request_of, whole
from webapp.service.http import limits as limits_of
from webapp.service.http.connections import Connection, Connections, Phase
from webapp.service.http.limits import MOST_CONNECTIONS, Limits, raise_open_files, warn_of_few

DRIPPING = (
    b"",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx",
)


def answered(serving, path: str = "/") -> bytes:
    client = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=20)
    client.request("GET", path)
    try:
        return client.getresponse().read()
    finally:
        client.close()


def closed(client: socket.socket) -> bool:
    client.settimeout(0.01)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def wait_until(condition, complaint: str) -> None:
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up, complaint
        time.sleep(0.02)


@pytest.mark.parametrize("first", DRIPPING, ids=["idle", "head", "body", "chunks"])
def test_slow_requests_hold_no_thread(tmp_path, first):
    with reading(tmp_path, threads=1) as serving:
        slow = [serving.connect(first) for _ in range(60)]
        assert json.loads(answered(serving))["size"] == 0
        for client in slow:
            client.sendall(b"x") if first else None
        assert json.loads(answered(serving))["size"] == 0
        assert not any(map(closed, slow))
        for client in slow:
            client.close()


def test_who_does_not_take_an_answer_holds_no_thread(tmp_path):
    with reading(tmp_path, threads=1) as serving:
        stuck = [serving.connect(request_of("/big")) for _ in range(5)]
        assert json.loads(answered(serving))["size"] == 0
        for client in stuck:
            client.close()


@pytest.mark.parametrize("first", DRIPPING, ids=["idle", "head", "body", "chunks"])
def test_who_takes_too_long_is_let_go(tmp_path, first):
    with reading(tmp_path, patience=0.2, pace=10**9) as serving:
        slow = serving.connect(first)
        wait_until(lambda: closed(slow), "the connection was kept")
        wait_until(lambda: len(serving.server.connections) == 0, "it is still counted")


def test_who_takes_no_answer_is_let_go(tmp_path):
    with reading(tmp_path, patience=0.3, pace=10**9) as serving:
        stuck = serving.connect(request_of("/big"))
        wait_until(lambda: len(serving.server.connections) == 0, "the connection was kept")
        assert len(whole(stuck)) < BIG


def test_a_long_body_at_a_fair_pace_is_taken(tmp_path):
    """It takes longer than anybody may be silent."""
    with reading(tmp_path, patience=0.3, pace=1000) as serving:
        client = serving.connect(request_of("/", "Content-Length: 3000", method="POST"))
        for _ in range(6):
            time.sleep(0.1)
            client.sendall(b"x" * 500)
        assert b'"size":3000' in client.recv(4096)


def test_a_body_waits_on_the_disk_without_a_name(tmp_path):
    body = bytes(range(256)) * 1000
    with reading(tmp_path) as serving:
        client = serving.connect(
            request_of("/", "Connection: close", method="POST", body=body)[:-1]
        )
        held = serving.server.connections
        wait_until(lambda: held.count(Phase.RECEIVING) == 1, "it never began")
        assert list(tmp_path.iterdir()) == []
        client.sendall(body[-1:])
        said = json.loads(whole(client).partition(b"\r\n\r\n")[2])
        assert (said["size"], said["disk"]) == (len(body), True)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("headers", [(), ("Expect: 100-continue",)])
def test_what_is_too_large_is_refused_in_the_applications_words_without_being_read(
    tmp_path, headers
):
    with reading(tmp_path, linger=0.3) as serving:
        length = f"Content-Length: {MOST * 1000}"
        client = serving.connect(request_of("/", length, *headers, method="POST"))
        client.sendall(b"x" * 100)
        assert whole(client).startswith(b"HTTP/1.1 413 ")
        # Who may not come in at all is told that.
        client = serving.connect(request_of("/secret", length, *headers, method="POST"))
        assert whole(client).startswith(b"HTTP/1.1 401 ")
        assert serving.server.connections.count(Phase.RECEIVING) == 0


def test_chunks_that_grow_too_large_are_refused_where_they_do(tmp_path):
    head = request_of("/", "Transfer-Encoding: chunked", method="POST")
    with reading(tmp_path, linger=0.3) as serving:
        client = serving.connect(head)
        for _ in range(20):
            client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert whole(client).startswith(b"HTTP/1.1 413 ")


def test_whoever_may_send_more_is_asked_for_before_it_is_read(tmp_path):
    body = b"x" * (MOST + 1)
    with reading(tmp_path, linger=0.3) as serving:
        for who, size, code in (("more", MOST + 1, 200), ("", MOST + 1, 413)):
            lines = (f"Authorization: {who}", "Connection: close")
            client = serving.connect(request_of("/", *lines, method="POST", body=body))
            assert whole(client).startswith(f"HTTP/1.1 {code} ".encode()), size
        length = f"Content-Length: {ALLOWED + 1}"
        client = serving.connect(request_of("/", "Authorization: more", length, method="POST"))
        assert whole(client).startswith(b"HTTP/1.1 413 ")


def test_newcomers_are_let_in_and_the_longest_idle_go(tmp_path):
    with reading(tmp_path, connections=20, of_one_address=0) as serving:
        slow = [serving.connect(DRIPPING[1]) for _ in range(20)]
        held = serving.server.connections
        wait_until(lambda: len(held) == 20, "not all came in")
        assert json.loads(answered(serving))["size"] == 0
        wait_until(lambda: closed(slow[0]), "the longest idle stayed")
        assert not closed(slow[-1])


def test_what_is_being_answered_is_never_ended_for_a_newcomer(tmp_path):
    with reading(tmp_path, connections=3, of_one_address=0) as serving:
        asked = serving.connect(request_of("/held", "Connection: close"))
        assert serving.app.extensions["begun"].wait(10)
        for _ in range(5):
            assert json.loads(answered(serving))["size"] == 0
        serving.app.extensions["let_go"].set()
        assert whole(asked).endswith(b"held")


def counted(**given: int) -> Connections:
    return Connections(Limits(**given))


def test_one_address_makes_room_for_itself_alone():
    ended: list[str] = []
    held = counted(connections=100, of_one_address=3)
    for number in range(5):
        assert held.admit(Connection("a", lambda n=number: ended.append(f"a{n}")))
    assert held.admit(Connection("b", lambda: ended.append("b")))
    assert ended == ["a0", "a1"]


def test_one_address_has_no_more_than_its_most_while_all_of_it_is_answered():
    held = counted(connections=100, of_one_address=3)
    asking = [Connection("a", lambda: None) for _ in range(3)]
    for connection in asking:
        assert held.admit(connection)
        held.now(connection, Phase.ANSWERING)
    assert not held.admit(Connection("a", lambda: None))
    assert held.admit(Connection("b", lambda: None))
    held.closed(asking[0])
    assert held.admit(Connection("a", lambda: None))


def test_a_class_behind_one_address_never_meets_the_limit():
    """300 students whose browsers keep six connections each."""
    ended: list[int] = []
    held = Connections(Limits())
    for number in range(300 * 6):
        assert held.admit(Connection("192.0.2.1", lambda n=number: ended.append(n)))
    assert ended == []


def test_bodies_take_no_more_of_the_disk_than_they_may():
    ended: list[str] = []
    held = counted(received=1000)
    for name in "abc":
        connection = Connection(name, lambda n=name: ended.append(n))
        held.admit(connection)
        held.now(connection, Phase.RECEIVING)
        held.arrived(connection, 400)
    assert ended == ["a"]


def test_who_closes_twice_is_counted_once():
    held = counted()
    connection = Connection("a", lambda: None)
    held.admit(connection)
    held.closed(connection)
    held.closed(connection)
    assert len(held) == 0
    assert not held.count(Phase.IDLE)


def test_a_request_is_finished_before_the_server_ends(tmp_path):
    with reading(tmp_path) as serving:
        idle = serving.connect()
        asked = serving.connect(request_of("/held"))
        assert serving.app.extensions["begun"].wait(10)
        serving.tell_to_end()
        wait_until(lambda: closed(idle), "who asks for nothing was kept")
        serving.app.extensions["let_go"].set()
        said = whole(asked)
        assert b"Connection: close" in said
        assert said.endswith(b"held")


def test_a_request_came_when_its_last_byte_did_however_long_it_waits_for_a_thread(tmp_path):
    with reading(tmp_path, threads=1) as serving:
        first = serving.connect(request_of("/held", "Connection: close"))
        assert serving.app.extensions["begun"].wait(10)
        lines = ("Connection: close", "heldout.arrived: 2020-01-01", "Heldout-Arrived: 2020-01-01")
        asked = request_of("/when", *lines, method="POST", body=b"xx")
        client = serving.connect(asked[:-1])
        held = serving.server.connections
        wait_until(lambda: held.count(Phase.RECEIVING) == 1, "it never began")
        before = time.time()
        client.sendall(asked[-1:])
        wait_until(lambda: held.count(Phase.ANSWERING) == 2, "it never was whole")
        after = time.time()
        time.sleep(0.05)
        serving.app.extensions["let_go"].set()
        assert before <= float(whole(client).partition(b"\r\n\r\n")[2]) <= after
        assert whole(first).endswith(b"held")


def test_many_at_once_get_their_own_answers(tmp_path):
    sizes: list[tuple[int, int]] = []

    def ask(size: int) -> None:
        body = b"x" * size
        client = serving.connect(request_of("/", "Connection: close", method="POST", body=body))
        said = json.loads(whole(client).partition(b"\r\n\r\n")[2])
        sizes.append((size, said["size"]))

    with reading(tmp_path, threads=4) as serving:
        threads = [threading.Thread(target=ask, args=(n * 1000 + 1,)) for n in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(sizes) == 60
    assert all(sent == got for sent, got in sizes)


def test_files_are_allowed_as_far_as_the_host_lets():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, before[1]))
        assert raise_open_files() > 100
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 400
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("hard", "connections"), [(300, 22), (1024, 384), (10**6, 4096)])
def test_few_files_are_few_connections(monkeypatch, hard, connections):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (hard, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert raise_open_files() == connections


def test_too_few_are_said_in_one_sentence(caplog):
    warn_of_few(MOST_CONNECTIONS)
    assert caplog.text == ""
    warn_of_few(384)
    assert "may hold 384 connections, expected at least 1000" in caplog.text
    assert "LimitNOFILE=" in caplog.text
    assert limits_of.MOST_CONNECTIONS >= 500
