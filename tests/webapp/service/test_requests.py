"""HTTP as clients and proxies speak it, and what would pass for something else."""

import errno
import json
from tempfile import SpooledTemporaryFile

import pytest

from tests.webapp.service.reading import reading, request_of, whole


@pytest.fixture
def serving(tmp_path):
    with reading(tmp_path) as found:
        yield found


def sent(serving, data: bytes) -> bytes:
    """What is answered to it until the server closes, which a last request asks for."""
    return whole(serving.connect(data))


CLOSE = "Connection: close"


def test_requests_follow_one_another_on_one_connection(serving):
    first = request_of("/", method="POST", body=b"12345")
    said = sent(serving, first + request_of("/", CLOSE))
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert b'"size":5' in said
    assert b'"size":0' in said


def test_a_head_has_the_length_and_no_body(serving):
    said = sent(serving, request_of("/big", CLOSE, method="HEAD"))
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"Content-Length: 40000000" in head
    assert body == b""


def test_http_1_0_is_answered_and_closed(serving):
    assert b'"size":0' in sent(serving, b"GET / HTTP/1.0\r\n\r\n")


def test_chunks_are_one_body(serving):
    head = request_of("/", "Transfer-Encoding: chunked", CLOSE, method="POST")
    said = sent(serving, head + b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
    assert b'"size":7' in said or said.startswith(b"HTTP/1.1 400 ")
    said = sent(serving, head + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["size"] == 7


def test_a_header_with_an_underscore_passes_for_no_other(serving):
    said = sent(serving, request_of("/", "X_Seen: forged", CLOSE))
    assert b"forged" not in said
    said = sent(serving, request_of("/", "X-Seen: real", CLOSE))
    assert b'"X-Seen":"real"' in said


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: gzip",),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: -1",),
        ("Content-Length: 1_0",),
        ("Content-Length: +3",),
        ("Host: another.example",),
    ],
)
def test_what_two_servers_could_read_differently_is_refused(serving, lines):
    said = sent(serving, request_of("/", *lines, CLOSE, method="POST") + b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("first", [b"\x16\x03\x01\x00\xa5\r\n\r\n", b"GET\r\n\r\n", b"x\r\n\r\n"])
def test_no_request_at_all_is_refused(serving, first):
    assert sent(serving, first) in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_head_without_end_is_not_kept(serving):
    client = serving.connect(b"GET / HTTP/1.1\r\nX: ")
    with pytest.raises(OSError, match=r"reset|Broken"):
        client.sendall(b"x" * 20_000_000)


@pytest.mark.parametrize("target", ["http://localhost/?a=1", "/?a=1", "/?a=1#part"])
def test_a_target_with_scheme_and_host_is_its_path(serving, target):
    assert sent(serving, request_of(target, CLOSE)).startswith(b"HTTP/1.1 200 ")


def test_a_fault_of_the_application_is_500_and_the_next_is_answered(serving):
    assert sent(serving, request_of("/broken", CLOSE)).startswith(b"HTTP/1.1 500 ")
    assert sent(serving, request_of("/", CLOSE)).startswith(b"HTTP/1.1 200 ")


def test_a_body_for_which_the_disk_has_no_room_is_refused_by_the_application(serving, monkeypatch):
    def rollover(_file: SpooledTemporaryFile) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(SpooledTemporaryFile, "rollover", rollover)
        answer = sent(serving, request_of("/", CLOSE, method="POST", body=b"x" * 250_000))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(str(errno.ENOSPC).encode())
    again = sent(serving, request_of("/", CLOSE, method="POST", body=b"x" * 250_000))
    assert again.startswith(b"HTTP/1.1 200 ")


def test_who_leaves_in_the_middle_leaves_nothing(serving, tmp_path):
    for first in (b"", b"POST / HTTP/1.1\r\n", request_of("/", method="POST", body=b"x" * 9)[:-3]):
        serving.connect(first).close()
    assert sent(serving, request_of("/", CLOSE)).startswith(b"HTTP/1.1 200 ")
    assert list(tmp_path.iterdir()) == []
