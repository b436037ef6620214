"""ZIP archives as people and attackers make them: submissions or sentences, and nothing on disk."""

from __future__ import annotations

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.submitted import archive
from autograder.submitted.intake import find_sources, find_submissions
from autograder.submitted.notebook import MAX_BYTES
from tests.autograder.uploads import cell, upload

from .test_intake import ASSIGNMENT, BOOK, found, names, the_error, write


def packed(
    entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, data in entries:
            target.writestr(name, data)
    return buffer.getvalue()


def archive_of(folder: Path, *entries: str | zipfile.ZipInfo) -> Path:
    return write(folder / "batch.zip", packed((entry, BOOK) for entry in entries))


def test_archive_gives_its_notebooks_sorted_without_hidden_ones(tmp_path: Path) -> None:
    path = archive_of(tmp_path, "b.ipynb", "x/a.ipynb", "__MACOSX/._b.ipynb", ".x.ipynb", "r.txt")
    assert names(path) == ["b", "a"]
    (first, _) = find_submissions([path], ASSIGNMENT)
    assert first.data == BOOK
    assert first.source == f"{path}: b.ipynb"


def test_archives_in_a_folder_are_opened_beside_its_notebooks(tmp_path: Path) -> None:
    archive_of(tmp_path / "section", "in archive.ipynb")
    write(tmp_path / "plain.ipynb")
    assert names(tmp_path) == ["plain", "in archive"]


@pytest.mark.parametrize("above", ["course/submitted/", "submitted/", ""])
def test_packed_tree_gives_the_students_of_the_assignment(tmp_path: Path, above: str) -> None:
    files = [
        f"{above}{student}/{assignment}/{assignment}.ipynb"
        for student in ("bob", "alice")
        for assignment in (ASSIGNMENT, "a02_other")
    ]
    assert names(archive_of(tmp_path, *files)) == ["alice", "bob"]


def test_packed_course_counts_only_what_was_submitted(tmp_path: Path) -> None:
    path = archive_of(
        tmp_path,
        f"c/source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb",
        f"c/submitted/eve/{ASSIGNMENT}/x.ipynb",
    )
    assert names(path) == ["eve"]


def test_path_with_backslashes_is_read_as_windows_means_it(tmp_path: Path) -> None:
    assert names(archive_of(tmp_path, f"submitted\\eve\\{ASSIGNMENT}\\x.ipynb")) == ["eve"]


def test_archive_of_a_thousand_notebooks_is_read_quickly_and_in_little_memory(
    tmp_path: Path,
) -> None:
    book = BOOK + b" " * 100_000
    path = write(tmp_path / "c.zip", packed((f"{n:04}.ipynb", book) for n in range(1000)))
    tracemalloc.start()
    start = time.process_time()
    assert sum(each.error == "" for each in find_submissions([path], ASSIGNMENT)) == 1000
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 5
    assert peak < 10_000_000


def test_sources_of_several_archives_can_be_read_from_threads(tmp_path: Path) -> None:
    for number in range(4):
        entries = ((f"{number}-{n}.ipynb", BOOK + b"%d" % n) for n in range(10))
        write(tmp_path / f"{number}.zip", packed(entries))
    sources = find_sources([tmp_path], ASSIGNMENT)
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda source: source.read(), sources * 5))
    assert all(each.data == BOOK + each.name.split("-")[1].encode() for each in read)


# Hostile archives


@pytest.mark.parametrize(
    "name",
    ["../evil.ipynb", "a/../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "..\\evil.ipynb"],
)
def test_path_out_of_the_archive_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    path = archive_of(tmp_path / "in", name)
    assert "leads out" in the_error(path)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.ipynb")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symbolic link" in the_error(archive_of(tmp_path, info))


def test_encrypted_entry_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed([("a.ipynb", BOOK)]))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in the_error(write(tmp_path / "e.zip", bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_rare_compression_is_refused(tmp_path: Path, method: int) -> None:
    path = write(tmp_path / "x.zip", packed([("a.ipynb", BOOK)], method))
    assert "compression method" in the_error(path)


def test_archive_in_an_archive_is_refused_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "o.zip", packed([("inner.zip", packed([("a.ipynb", BOOK)]))]))
    assert found(path) == [("inner", "This is a ZIP archive inside an archive: unpack it first.")]


def test_bomb_that_tells_its_size_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.zip", packed([("a.ipynb", b" " * (MAX_BYTES + 1))]))
    assert "32 MB" in the_error(path)


def test_bomb_that_hides_its_size_is_cut_off(tmp_path: Path) -> None:
    data = bytearray(packed([("a.ipynb", b" " * (MAX_BYTES * 4))]))
    struct.pack_into("<L", data, 22, 1000)
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 24, 1000)
    path = write(tmp_path / "liar.zip", bytes(data))
    tracemalloc.start()
    assert "damaged" in the_error(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * MAX_BYTES


def test_archive_that_unpacks_to_too_much_in_all_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2 * 1024**3)
    data = bytearray(packed((f"{n}.ipynb", BOOK) for n in range(2)))
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        struct.pack_into("<L", data, place + 24, 0x7FFFFFFF)
    assert "unpacks to 4 GB" in the_error(write(tmp_path / "big.zip", bytes(data)))


def test_a_notebook_larger_than_any_directory_is_read(tmp_path: Path) -> None:
    large = upload(cell("x = 1"), metadata={"plot": "A" * (archive.MAX_DIRECTORY_BYTES + 1)})
    write(tmp_path / "large.zip", packed([("large.ipynb", large)], zipfile.ZIP_STORED))
    (submission,) = find_submissions([tmp_path], ASSIGNMENT)
    assert (submission.data == large, submission.error) == (True, "")


@pytest.mark.parametrize("limit", ["MAX_ENTRIES", "MAX_DIRECTORY_BYTES"])
def test_archive_with_too_many_entries_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(archive, limit, 500)
    path = archive_of(tmp_path, *(f"{number}.ipynb" for number in range(501)))
    assert "holds more than" in the_error(path)


def test_broken_and_empty_archives_get_a_sentence(tmp_path: Path) -> None:
    whole = packed([("a.ipynb", BOOK * 100)])
    write(tmp_path / "1.zip", b"PK\x03\x04 nothing more")
    write(tmp_path / "2.zip", b"")
    write(tmp_path / "3.zip", whole[:-30])
    write(tmp_path / "4.zip", packed([("readme.txt", b"")]))
    write(tmp_path / "5.zip", whole.replace(whole[45:50], b"\xff" * 5))
    errors = [error for _, error in found(tmp_path)]
    assert [("damaged" in error, "no notebook" in error) for error in errors] == [
        (True, False),
        (True, False),
        (True, False),
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize("name", ["\x1b]0;x\x07.ipynb", "a\u202eb.ipynb", "n" * 60_000 + ".ipynb"])
def test_absurd_name_is_refused_and_shortened(tmp_path: Path, name: str) -> None:
    ((shown, error),) = found(archive_of(tmp_path, name))
    assert "name" in error
    assert len(shown) < 600
    assert shown.replace("\ufffd", "").isprintable()


def test_last_of_two_entries_with_one_path_counts(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([("a.ipynb", b"first"), ("a.ipynb", b"second")])
    (submission,) = find_submissions([write(tmp_path / "d.zip", data)], ASSIGNMENT)
    assert submission.data == b"second"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_raises(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(packed([("a.ipynb", BOOK), ("b/ü.ipynb", BOOK)]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = write(tmp_path / "x.zip", bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    for submission in find_submissions([path], ASSIGNMENT):
        assert (submission.data is None) == submission.error.endswith(".")
        submission.name.encode()
