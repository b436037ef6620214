"""The folder that pages and the renderer share, and whose turn it is."""

import errno
import io
import os
import threading
import time

import pytest

from webapp.rendering import shelf as shelves
from webapp.rendering.asked import Asked, Made
from webapp.rendering.prepared import Renderings
from webapp.rendering.renderer import Renderer, next_of
from webapp.rendering.shelf import Place, Shelf

DAYS = 86400


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "renderings")


@pytest.fixture
def full_disk(monkeypatch):
    """The disk is full while there is something in this list."""
    full = []

    class Opened(io.FileIO):
        def write(self, data) -> int:
            if full:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(shelves.os, "fdopen", lambda descriptor, mode: Opened(descriptor, mode))
    return full


def asked(text: str) -> Asked:
    return Asked("markdown", text.encode())


def want(shelf, account: int, text: str, course: int | None = 1) -> bool:
    return shelf.want(account, Place(course, asked(text).key), "markdown", lambda: asked(text))


def in_turn(shelf, most: int) -> list[int]:
    """Whose turn it is, one after the other, where each is done at once."""
    served, found = {}, []
    while len(found) < most:
        chosen = next_of(shelf.wanted("text"), (), served)
        if chosen is None:
            break
        served[chosen.account] = float(len(found) + 1)
        shelf.keep(chosen, Made(html="x"))
        found.append(chosen.account)
    return found


def test_accounts_take_turns_however_much_one_wants(shelf):
    for number in range(5):
        want(shelf, 1, f"a{number}")
    want(shelf, 2, "b")
    want(shelf, 3, "c")
    assert sorted(in_turn(shelf, 3)) == [1, 2, 3]
    assert in_turn(shelf, 9) == [1, 1, 1, 1]


def test_one_account_has_one_place_of_those_there_are(shelf):
    want(shelf, 1, "a")
    want(shelf, 1, "b")
    running = next_of(shelf.wanted("text"), (), {})
    assert next_of(shelf.wanted("text"), [running], {}) is None
    want(shelf, 2, "c")
    assert next_of(shelf.wanted("text"), [running], {}).account == 2


def test_one_account_waits_for_so_much_and_another_is_not_kept_out(shelf):
    kept = [want(shelf, 1, f"a{number}") for number in range(shelves.MOST_OF_ONE + 3)]
    assert kept.count(True) == shelves.MOST_OF_ONE
    assert want(shelf, 2, "b")


def test_what_is_wanted_twice_waits_once(shelf):
    assert want(shelf, 1, "a")
    assert want(shelf, 1, "a")
    assert len(list(shelf.wanted("text"))) == 1


def test_what_waits_already_or_may_not_wait_is_not_loaded(shelf):
    loaded = []

    def look(number: int) -> bool:
        text = f"a{number}"
        place = Place(None, asked(text).key)
        return shelf.want(1, place, "pdf", lambda: loaded.append(number) or asked(text))

    kept = [look(number) for number in range(shelves.MOST_OF_ONE + 1) for _ in range(3)]
    assert kept == [True] * 3 * shelves.MOST_OF_ONE + [False] * 3
    assert loaded == list(range(shelves.MOST_OF_ONE))


def test_on_a_full_disk_nothing_is_kept_and_nothing_is_made_again_at_once(
    shelf, tmp_path, full_disk
):
    want(shelf, 1, "a")
    (wanted,) = shelf.wanted("text")
    full_disk.append(True)
    with pytest.raises(OSError, match="No space left"):
        shelf.keep(wanted, Made(html="x", pictures={"page": b"png"}))
    with pytest.raises(OSError, match="No space left"):
        want(shelf, 1, "b")
    assert shelf.find(wanted.place) is None
    assert [path for path in (tmp_path / "renderings").rglob("*") if path.is_file()] == []


def test_a_renderer_goes_on_once_the_disk_has_room(shelf, full_disk, renderer):
    want(shelf, 1, "a")
    full_disk.append(True)
    renderer.set()
    until = time.monotonic() + 20
    while list(shelf.wanted("text")) and time.monotonic() < until:
        time.sleep(0.01)
    assert list(shelf.wanted("text")) == []
    full_disk.clear()
    while Renderings(shelf, threads=16).desk(1, 1).text("a").waiting and time.monotonic() < until:
        time.sleep(0.01)
    assert shelf.find(Place(1, asked("a").key)).html == "made"


def test_what_was_begun_and_left_goes_and_what_is_being_written_stays(shelf, tmp_path):
    want(shelf, 1, "a")
    for folder in ("wanted/text", "made/1"):
        here = tmp_path / "renderings" / folder
        here.mkdir(parents=True, exist_ok=True)
        for name in (".0ld", ".new"):
            (here / name).write_bytes(b"half")
        os.utime(here / ".0ld", (time.time() - 3600,) * 2)
    shelf.tidy()
    assert sorted(each.name for each in tmp_path.rglob(".*")) == [".new", ".new"]
    assert len(list(shelf.wanted("text"))) == 1


def test_who_types_on_waits_for_the_newest_preview_alone(shelf):
    want(shelf, 1, "a page")
    for number in range(20):
        assert want(shelf, 1, f"draft {number}", course=None)
    left = {each.place.key for each in shelf.wanted("text")}
    assert left == {asked("a page").key, asked("draft 19").key}


def test_a_copy_has_its_pictures_and_nobody_else_can_read_it(shelf, tmp_path):
    want(shelf, 1, "a")
    (wanted,) = shelf.wanted("text")
    shelf.keep(wanted, Made(html="x", pictures={"0-1": b"png"}))
    assert shelf.find(wanted.place).html == "x"
    assert shelf.picture(wanted.place, "0-1") == b"png"
    assert list(shelf.wanted("text")) == []
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "renderings").rglob("*")}
    assert modes == {0}


def test_a_course_that_is_forgotten_takes_what_is_being_made_with_it(shelf):
    want(shelf, 1, "a")
    want(shelf, 1, "b", course=2)
    being_made = next(each for each in shelf.wanted("text") if each.place.course == 1)
    shelf.forget(1)
    shelf.keep(being_made, Made(html="x"))
    assert shelf.find(being_made.place) is None
    assert [each.place.course for each in shelf.wanted("text")] == [2]


def test_what_nobody_reads_goes_and_what_is_read_stays(shelf, tmp_path):
    for text, course in (("old", 1), ("read", 1), ("preview", None)):
        want(shelf, 1, text, course)
    for each in list(shelf.wanted("text")):
        shelf.keep(each, Made(html="x", pictures={"page": b"png"}))
    for path in (tmp_path / "renderings" / "made").rglob("*"):
        ago = 3600 if path.parent.name == "passing" else 40 * DAYS
        os.utime(path, (time.time() - ago,) * 2)
    read = Place(1, asked("read").key)
    assert shelf.find(read)
    shelf.tidy()
    assert shelf.find(read)
    assert shelf.picture(read, "page")
    assert shelf.find(Place(1, asked("old").key)) is None
    assert shelf.find(Place(None, asked("preview").key)) is None


def test_the_oldest_goes_where_copies_take_too_much_room(shelf, monkeypatch):
    monkeypatch.setattr(shelves, "MOST_KEPT_BYTES", 3000)
    for number in range(4):
        want(shelf, 1, f"{number}")
        (wanted,) = shelf.wanted("text")
        shelf.keep(wanted, Made(html="x" * 1000))
        path = shelf._made(wanted.place)
        os.utime(path, (time.time() - 100 + number,) * 2)
    shelf.tidy()
    there = [shelf.find(Place(1, asked(f"{number}").key)) is not None for number in range(4)]
    assert there == [False, False, True, True]


def test_a_fault_of_ours_is_tried_again_and_a_page_that_takes_too_long_is_not(shelf):
    for failed in ("crash", "time"):
        want(shelf, 1, failed)
        (wanted,) = shelf.wanted("text")
        shelf.keep(wanted, Made(failed=failed))
        assert shelf.find(wanted.place).failed == failed
        os.utime(shelf._made(wanted.place), (time.time() - 120,) * 2)
        assert (shelf.find(wanted.place) is None) == (failed == "crash")


def test_a_folder_has_one_renderer(shelf):
    assert not shelf.has_renderer()
    with shelf.as_renderer() as first, shelf.as_renderer() as second:
        assert (first, second) == (True, False)
        assert shelf.has_renderer()
    assert not shelf.has_renderer()


class Slow:
    """A maker that waits until it may go on."""

    def __init__(self, go: threading.Event) -> None:
        self._go = go

    def make(self, data: bytes) -> Made:
        self._go.wait(30)
        if b"breaks" in data:
            raise RuntimeError
        return Made(html="made")

    def close(self) -> None:
        pass


@pytest.fixture
def renderer(shelf):
    """Runs beside the test; what it makes waits for the event."""
    go, stop = threading.Event(), threading.Event()
    found = Renderer(shelf, {"text": lambda: Slow(go), "pdf": lambda: Slow(go)})
    thread = threading.Thread(target=lambda: _run(shelf, found, stop))
    thread.start()
    while not shelf.has_renderer():
        time.sleep(0.01)
    yield go
    go.set()
    stop.set()
    thread.join()


def _run(shelf, renderer, stop) -> None:
    with shelf.as_renderer():
        renderer.run(stop)


def test_a_page_is_being_prepared_and_then_there(shelf, renderer):
    renderings = Renderings(shelf, threads=16)
    assert renderings.desk(1, 1).text("a").waiting
    renderer.set()
    until = time.monotonic() + 20
    while renderings.desk(1, 1).text("a").waiting and time.monotonic() < until:
        time.sleep(0.02)
    assert renderings.desk(1, 1).text("a").html == "made"


def test_what_breaks_the_renderer_is_said_and_does_not_end_it(shelf, renderer):
    renderer.set()
    renderings = Renderings(shelf, threads=16)
    until = time.monotonic() + 20
    while (found := renderings.desk(1, 1).text("breaks")).waiting and time.monotonic() < until:
        time.sleep(0.02)
    assert "our fault" in found.sentence
    assert found.plain == "breaks"
    while renderings.desk(1, 1).text("b").waiting and time.monotonic() < until:
        time.sleep(0.02)
    assert renderings.desk(1, 1).text("b").html == "made"


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (8, 2), (16, 4)])
def test_a_quarter_of_the_threads_wait_and_one_of_an_account(shelf, threads, most):
    renderings = Renderings(shelf, threads=threads)
    with renderings.may_wait(1) as first, renderings.may_wait(1) as second:
        assert (first, second) == (True, False)
    held = [renderings.may_wait(number) for number in range(most + 1)]
    assert [each.__enter__() for each in held] == [True] * most + [False]
    for each in held:
        each.__exit__(None, None, None)
    with renderings.may_wait(1) as again:
        assert again
