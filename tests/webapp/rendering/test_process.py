"""The renderer's own process: pages come from it, and outlive it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from webapp.rendering.asked import Asked
from webapp.rendering.prepared import Prepared, Renderings
from webapp.rendering.renderer import nothing_secret
from webapp.rendering.shelf import RENDERINGS, Place, Shelf

SLOW = "- a\n" * 15_000


@pytest.fixture
def start(tmp_path):
    """Starts the process, which knows a folder."""
    started = []

    def process() -> subprocess.Popen:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "webapp.service.renderer_process"],
                env={**nothing_secret(), "HELDOUT_DATA": str(tmp_path)},
            )
        )
        until(lambda: Shelf(tmp_path / RENDERINGS).has_renderer())
        return started[-1]

    yield process
    for each in started:
        each.kill()
        each.wait()


def until(found, seconds: float = 60.0):
    """What it is at last, whose waiting has an end."""
    end = time.monotonic() + seconds
    while not (it := found()) and time.monotonic() < end:
        time.sleep(0.02)
    return it


def there(renderings: Renderings, account: int, text: str) -> Prepared | None:
    found = renderings.desk(account, 1).text(text)
    return found if found.made else None


def wanted(shelf: Shelf, text: str) -> Place:
    asked = Asked("markdown", text.encode())
    place = Place(1, asked.key)
    assert shelf.want(1, place, asked.kind, lambda: asked)
    return place


def test_pages_come_from_it_and_one_that_is_killed_is_replaced(start, tmp_path):
    renderings = Renderings(Shelf(tmp_path / RENDERINGS), threads=16)
    assert renderings.desk(1, 1).text("*a*").away
    first = start()
    assert "<em>a</em>" in until(lambda: there(renderings, 1, "*a*")).html
    first.send_signal(signal.SIGKILL)
    first.wait()
    until(lambda: not renderings.shelf.has_renderer())
    assert "<em>a</em>" in renderings.desk(1, 1).text("*a*").html
    found = renderings.desk(1, 1).text("*b*")
    assert (found.away, found.plain) == (True, "*b*")
    # What waited when it fell is made by the next one.
    place = wanted(renderings.shelf, "*c*")
    start()
    assert until(lambda: renderings.shelf.find(place)).html == "<p><em>c</em></p>\n"


def test_another_account_does_not_wait_for_all_that_one_wants(start, tmp_path):
    shelf = Shelf(tmp_path / RENDERINGS)
    for number in range(6):
        wanted(shelf, f"{SLOW}{number}")
    start()
    renderings = Renderings(shelf, threads=16)
    assert until(lambda: there(renderings, 2, "*b*"))
    assert any(each.account == 1 for each in shelf.wanted("text"))


def test_it_ends_on_a_signal(start):
    process = start()
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) == 0
