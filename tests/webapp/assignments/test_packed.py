"""Reading an assignment's folder: the same files are the same version, odd archives do no harm."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.webapp.assignments.folders import entries_of, folder_at, zipped
from webapp.assignments import packed
from webapp.assignments.packed import FolderRefused, from_folder, from_zip

NAME = "a01_demo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_at(tmp_path / "placed")


@pytest.fixture
def entries(folder: Path) -> dict[str, bytes]:
    return entries_of(folder, under=f"{NAME}/")


def entry(name: str, **attributes: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


def with_entry(entries: dict[str, bytes], info: zipfile.ZipInfo | str, data: bytes = b"x") -> bytes:
    found = io.BytesIO(zipped(entries))
    with zipfile.ZipFile(found, "a") as archive:
        archive.writestr(info, data)
    return found.getvalue()


def test_the_same_files_are_one_version_however_they_came(folder, entries):
    of_folder = from_folder(folder)
    assert from_zip(zipped(entries)) == of_folder
    assert from_zip(zipped(dict(reversed(entries.items())))).digest == of_folder.digest
    assert from_zip(zipped(entries_of(folder)), f"{NAME}.zip").digest == of_folder.digest
    assert from_zip(of_folder.archive).digest == of_folder.digest


def test_any_changed_name_or_content_is_another_version(folder, entries):
    before = from_zip(zipped(entries)).digest
    changed = entries | {f"{NAME}/checks.py": entries[f"{NAME}/checks.py"] + b"\n"}
    assert from_zip(zipped(changed)).digest != before
    assert from_zip(zipped(entries | {f"{NAME}/more.csv": b""})).digest != before


def test_what_editors_and_python_leave_behind_is_left_out(folder, entries):
    before = from_folder(folder).digest
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "checks.cpython-311.pyc").write_bytes(b"x")
    (folder / ".validated.json").write_text("{}", encoding="utf-8")
    assert from_folder(folder).digest == before
    mac = entries | {f"__MACOSX/{NAME}/._checks.py": b"x", f"{NAME}/.DS_Store": b"x"}
    assert from_zip(zipped(mac)).digest == before


@pytest.mark.parametrize(
    "name",
    [
        "../checks.py",
        f"{NAME}/../../checks.py",
        "/etc/cron.d/x",
        "C:/x",
        f"{NAME}\\..\\x",
        f"{NAME}/./x",
        f"{NAME}//x",
        f"{NAME}/a\nb",
        f"{NAME}/{'x' * 200}",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(entries, name):
    with pytest.raises(FolderRefused, match="is no path that a file"):
        from_zip(with_entry(entries, name))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(entries, kind):
    info = entry(f"{NAME}/data.csv", external_attr=(kind | 0o644) << 16, create_system=3)
    with pytest.raises(FolderRefused, match=r"data\.csv is a link or a device"):
        from_zip(with_entry(entries, info, b"/etc/passwd"))


def test_a_link_in_a_folder_is_refused(folder, tmp_path):
    (folder / "data.csv").symlink_to("/etc/passwd")
    with pytest.raises(FolderRefused, match="is a link"):
        from_folder(folder)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_twice_is_refused_and_so_is_a_file_that_is_a_folder(entries):
    with pytest.raises(FolderRefused, match=r"holds a01_demo/checks\.py twice"):
        from_zip(with_entry(entries, f"{NAME}/checks.py"))
    with pytest.raises(FolderRefused, match="is a file and a folder"):
        from_zip(with_entry(entries, f"{NAME}/checks.py/more"))


def test_an_encrypted_or_rarely_packed_entry_is_refused(entries):
    data = bytearray(with_entry(entries, f"{NAME}/x"))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(FolderRefused, match="is encrypted"):
        from_zip(bytes(data))
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(f"{NAME}/x", b"x")
    with pytest.raises(FolderRefused, match="in a rare way"):
        from_zip(found.getvalue())


@pytest.mark.parametrize("spoil", [lambda d: d[: len(d) // 2], lambda d: b"no zip", lambda d: b""])
def test_a_damaged_archive_is_one_sentence(entries, spoil: Callable[[bytes], bytes]):
    with pytest.raises(FolderRefused, match="no ZIP archive, or it is damaged"):
        from_zip(spoil(zipped(entries)))


def test_an_entry_that_is_not_what_it_says_is_damage(entries):
    data = zipped({f"{NAME}/x": b"honest words"})
    with pytest.raises(FolderRefused, match="damaged"):
        from_zip(data.replace(b"honest words", b"changed word"))


def test_more_than_a_folder_may_have_is_refused_before_it_is_unpacked(entries, monkeypatch):
    monkeypatch.setattr(packed, "MOST_FILES", len(entries))
    assert from_zip(zipped(entries)).id == NAME
    with pytest.raises(FolderRefused, match="more than"):
        from_zip(with_entry(entries, f"{NAME}/one_more"))
    monkeypatch.undo()
    bomb = with_entry(entries, f"{NAME}/zeros", bytes(1000))
    monkeypatch.setattr(packed, "MOST_UNPACKED", sum(map(len, entries.values())))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(FolderRefused, match="Unpacked there are more"):
        from_zip(bomb)


def test_a_directory_of_a_million_entries_is_not_read():
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for number in range(15_000):
            archive.writestr(f"{NAME}/{number:050}", b"")
    with pytest.raises(FolderRefused, match="more than 2000 files"):
        from_zip(found.getvalue())


def test_an_archive_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(packed, "MOST_PACKED", 10)
    with pytest.raises(FolderRefused, match="at most"):
        from_zip(b"x" * 11)


def test_it_must_be_one_assignment_with_its_parts(folder, entries):
    two = entries | entries_of(folder, under="a02_other/")
    with pytest.raises(FolderRefused, match="2 assignments, a01_demo and a02_other"):
        from_zip(zipped(two))
    with pytest.raises(FolderRefused, match=r"There is no assignment\.toml"):
        from_zip(zipped(entries_of(folder, under=f"around/{NAME}/")))
    with pytest.raises(FolderRefused, match=r"notes\.txt lies beside the folder a01_demo"):
        from_zip(zipped(entries | {"notes.txt": b""}))
    with pytest.raises(FolderRefused, match=r"holds no checks\.py"):
        from_zip(zipped({k: v for k, v in entries.items() if not k.endswith("checks.py")}))
    with pytest.raises(FolderRefused, match="cannot be an assignment's id"):
        from_zip(zipped(entries_of(folder)), "A01 (1).zip")
