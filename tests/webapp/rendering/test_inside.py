"""The process that makes pages: what its forks cannot do, and what becomes of one that fails."""

import subprocess
import sys
import textwrap

import pytest

from webapp.rendering import inside
from webapp.rendering.asked import Asked, decode_made, encode
from webapp.rendering.renderer import TextMaker, nothing_secret

# Stands for a parser that was taken over: what it does instead of making a page.
TAKEN_OVER = """
import sys
from webapp.rendering import inside
from webapp.rendering.asked import Made

def instead(asked):
    if asked.source != b"bad":
        return Made(html="made")
    {does}
    return Made(html="done")

inside.make = instead
inside.CPU_SECONDS, inside.WALL_SECONDS = 1, 3.0
inside.main()
"""
OPENS = {
    "a file": "open('/etc/passwd').close()",
    "a file to write": "open('/tmp/heldout-was-here', 'w').close()",
    "a connection": "import socket; socket.socket()",
    "a process": "import subprocess; subprocess.run(['/bin/true'])",
}


# Where it is root, it becomes another user first, which would clear the signal.
DEATH_SIGNAL = (
    "import ctypes; found = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(found)); "
    "return Made(html=str(found.value))"
)


@pytest.fixture
def taken_over():
    """Starts that process, asks it for a page and then for one that is fine."""
    started = []

    def ask(does: str) -> list[str]:
        program = TAKEN_OVER.format(does=does)
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=nothing_secret(),
        )
        started.append(process)
        answers = []
        for source in (b"bad", b"fine"):
            inside.write_frame(process.stdin, encode(Asked("markdown", source)))
            made = decode_made(inside.read_frame(process.stdout))
            answers.append(made.failed or made.html)
        return answers

    yield ask
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("what", OPENS)
def test_a_fork_can_open_nothing_and_the_next_page_is_made(taken_over, what):
    assert taken_over(OPENS[what]) == ["crash", "made"]


@pytest.mark.parametrize(
    ("does", "failed"),
    [
        ("while True: pass", "time"),
        ("import time; time.sleep(60)", "time"),
        ("bytearray(2**34)", "memory"),
        ("instead(asked)", "memory"),
        ("raise ValueError", "crash"),
        ("import os; os._exit(0)", "crash"),
        ("import os; os.kill(os.getpid(), 11)", "crash"),
        (DEATH_SIGNAL, "9"),
        ("sys.stdout.buffer.write(b'x' * 100)", "done"),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_page_is_made(taken_over, does, failed):
    assert taken_over(does) == [failed, "made"]


def test_more_than_any_page_is_not_taken(taken_over):
    assert taken_over("return Made(html='x' * (65 * 2**20))") == ["time", "made"]


def test_a_process_that_is_gone_is_started_again():
    maker = TextMaker()
    try:
        maker._process.kill()
        maker._process.wait()
        assert maker.make(encode(Asked("markdown", b"*a*"))).html == "<p><em>a</em></p>\n"
    finally:
        maker.close()


def test_it_gets_no_setting_of_the_site(monkeypatch):
    monkeypatch.setenv("HELDOUT_SECRET_KEY", "a secret key of tests only")
    monkeypatch.setenv("HELDOUT_DATABASE_URL", "postgresql://u:p@h/d")
    assert not [name for name in nothing_secret() if name.startswith("HELDOUT")]
