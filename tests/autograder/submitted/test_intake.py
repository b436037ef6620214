"""Notebooks, folders and nbgrader trees on disk: what is found, under which name, or refused."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.submitted.intake import IntakeError, find_sources, find_submissions
from autograder.submitted.notebook import MAX_BYTES, parse_notebook
from tests.autograder.uploads import cell, upload

ASSIGNMENT = "a01_tiny"
BOOK = upload(cell("x = 1"))


def write(path: Path, data: bytes = BOOK) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def found(*paths: Path) -> list[tuple[str, str]]:
    """Pairs of a submission's name and its error, in order."""
    return [(each.name, each.error) for each in find_submissions(paths, ASSIGNMENT)]


def names(*paths: Path) -> list[str]:
    pairs = found(*paths)
    assert all(error == "" for _, error in pairs), pairs
    return [name for name, _ in pairs]


def the_error(*paths: Path) -> str:
    ((_, error),) = found(*paths)
    assert error.endswith(".")
    return error


def test_notebook_is_named_by_its_stem_and_carries_its_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "alice.v2.ipynb")
    (submission,) = find_submissions([path], ASSIGNMENT)
    assert (submission.name, submission.data, submission.error) == ("alice.v2", BOOK, "")
    assert submission.source == str(path.resolve())


def test_folder_is_searched_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b", "a", "deep/er/c", "deep/D"):
        write(tmp_path / f"{name}.ipynb")
    for hidden in (".ipynb_checkpoints/a", "__MACOSX/a", ".git/a", "._a", "deep/.x"):
        write(tmp_path / f"{hidden}.ipynb")
    write(tmp_path / "notes.txt")
    assert names(tmp_path) == ["a", "b", "D", "c"]


def test_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    write(tmp_path / "A.IPYNB")
    assert names(tmp_path) == ["A"]


def test_paths_keep_their_order_and_a_file_reached_twice_counts_once(tmp_path: Path) -> None:
    first, second = write(tmp_path / "x" / "one.ipynb"), write(tmp_path / "two.ipynb")
    assert names(second, first, tmp_path) == ["two", "one"]


def test_files_with_one_stem_are_told_apart_by_their_source(tmp_path: Path) -> None:
    write(tmp_path / "alice" / "work.ipynb")
    write(tmp_path / "bob" / "work.ipynb")
    sources = [each.source for each in find_sources([tmp_path], ASSIGNMENT)]
    assert len(set(sources)) == 2
    assert names(tmp_path) == ["work", "work"]


def test_missing_path_is_a_usage_error_naming_it(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"no file or folder .*nowhere"):
        find_sources([tmp_path / "nowhere"], ASSIGNMENT)


def test_folder_without_notebooks_is_a_usage_error(tmp_path: Path) -> None:
    write(tmp_path / "notes.txt")
    with pytest.raises(IntakeError, match="no notebook for a01_tiny was found"):
        find_sources([tmp_path], ASSIGNMENT)


def test_named_file_of_another_kind_is_left_to_the_parser(tmp_path: Path) -> None:
    path = write(tmp_path / "picture.png", b"\x89PNG\r\n\x1a\n")
    (submission,) = find_submissions([path], ASSIGNMENT)
    assert submission.data is not None
    with pytest.raises(ValueError, match="PNG image"):
        parse_notebook(submission.data)


def test_sources_are_listed_unread_and_read_one_at_a_time(tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path / f"{number:02}.ipynb", BOOK + b" " * 1_000_000)
    tracemalloc.start()
    assert sum(each.data is not None for each in find_submissions([tmp_path], ASSIGNMENT)) == 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_file_that_vanished_after_listing_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb")
    (source,) = find_sources([tmp_path], ASSIGNMENT)
    path.unlink()
    assert "cannot be read" in source.read().error


def test_oversized_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.ipynb"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 100)
    assert "3200 MB" in the_error(path)


def test_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    assert "regular file" in the_error(tmp_path)
    os.mkfifo(tmp_path / "pipe.zip")
    assert [error != "" for _, error in found(tmp_path)] == [True, True]


def test_unreadable_file_and_folder_are_errors_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "closed/b", "fine"):
        write(tmp_path / f"{name}.ipynb")

    def deny(original: Callable[..., Any], part: str) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any) -> Any:
            if str(path).endswith(part):
                raise PermissionError(13, "Permission denied", str(path))
            return original(path, *arguments)

        return call

    monkeypatch.setattr(os, "open", deny(os.open, "a.ipynb"))
    monkeypatch.setattr(os, "scandir", deny(os.scandir, "closed"))
    denied = "The file cannot be read: Permission denied."
    assert found(tmp_path) == [("a", denied), ("fine", ""), ("closed", denied)]


# Links


def test_links_inside_a_folder_are_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret" / "s.ipynb")
    batch = tmp_path / "batch"
    write(batch / "honest.ipynb")
    (batch / "file.ipynb").symlink_to(secret)
    (batch / "folder").symlink_to(secret.parent)
    (batch / "archive.zip").symlink_to(secret)
    (batch / "dangling.ipynb").symlink_to("nowhere")
    (batch / "data.csv").symlink_to(secret)
    assert [(name, "symbolic link" in error) for name, error in found(batch)] == [
        ("archive", True),
        ("dangling", True),
        ("file", True),
        ("folder", True),
        ("honest", False),
    ]


def test_link_that_staff_name_is_followed(tmp_path: Path) -> None:
    target = write(tmp_path / "target" / "x.ipynb")
    (tmp_path / "alice.ipynb").symlink_to(target)
    (tmp_path / "folder").symlink_to(target.parent)
    assert names(tmp_path / "alice.ipynb") == ["alice"]
    assert names(tmp_path / "folder") == ["x"]


# nbgrader trees


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    for student in ("bob", "alice"):
        write(root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
        write(root / "submitted" / student / "a02_other" / "a02_other.ipynb")
        write(root / "submitted" / student / ASSIGNMENT / "timestamp.txt", b"2017-01-30")
    write(root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    write(root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    return root


def test_course_and_submitted_folder_give_the_students_of_the_assignment(course: Path) -> None:
    assert names(course) == ["alice", "bob"]
    assert names(course / "submitted") == ["alice", "bob"]
    assert names(course / "submitted" / "bob") == ["bob"]
    assert names(course / "submitted" / "bob" / ASSIGNMENT) == ["bob"]
    assert names(course / "submitted" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb") == ["bob"]


def test_tree_is_recognised_under_another_name(course: Path) -> None:
    assert names((course / "submitted").rename(course.parent / "handed in")) == ["alice", "bob"]


def test_tree_is_recognised_from_a_relative_path(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course / "submitted" / "alice")
    assert names(Path()) == ["alice"]
    assert names(Path("..")) == ["alice", "bob"]


def test_tree_without_this_assignment_is_a_usage_error(course: Path) -> None:
    with pytest.raises(IntakeError, match="no notebook for a09_none"):
        find_sources([course], "a09_none")


def test_students_extra_notebooks_do_not_count(course: Path) -> None:
    write(course / "submitted" / "alice" / ASSIGNMENT / "Untitled.ipynb", b"{}")
    (alice, _) = find_submissions([course], ASSIGNMENT)
    assert (alice.name, alice.data) == ("alice", BOOK)


def test_only_notebook_of_a_student_counts_whatever_its_name(course: Path) -> None:
    folder = course / "submitted" / "alice" / ASSIGNMENT
    (folder / f"{ASSIGNMENT}.ipynb").rename(folder / "final (1).ipynb")
    assert names(course) == ["alice", "bob"]


def test_student_without_or_with_unclear_notebook_is_rejected_by_name(course: Path) -> None:
    alice, bob = (course / "submitted" / student / ASSIGNMENT for student in ("alice", "bob"))
    (alice / f"{ASSIGNMENT}.ipynb").unlink()
    (bob / f"{ASSIGNMENT}.ipynb").rename(bob / "one.ipynb")
    write(bob / "two.ipynb")
    (_, no_notebook), (_, unclear) = found(course)
    assert "no notebook" in no_notebook
    assert "2 notebooks" in unclear


def test_links_in_a_tree_are_refused_under_the_students_name(course: Path) -> None:
    submitted = course / "submitted"
    (submitted / "carol").symlink_to(submitted / "bob")
    (submitted / "dave").mkdir()
    (submitted / "dave" / ASSIGNMENT).symlink_to(submitted / "bob" / ASSIGNMENT)
    assert [(name, "symbolic link" in error) for name, error in found(course)] == [
        ("alice", False),
        ("bob", False),
        ("carol", True),
        ("dave", True),
    ]


# Names


def test_name_in_any_script_is_kept(tmp_path: Path) -> None:
    for name in ("José Núñez", "李雷", "نیم\u200cفاصله", "a\u202fb"):
        write(tmp_path / f"{name}.ipynb")
    assert sorted(names(tmp_path)) == sorted(("José Núñez", "李雷", "نیم\u200cفاصله", "a\u202fb"))


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "\u202egpj", "a\u2028b"])
def test_name_with_control_characters_is_refused_and_made_harmless(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path / f"{name}.ipynb")
    ((shown, error),) = found(tmp_path)
    assert "control characters" in error
    assert shown.replace("\ufffd", "").isprintable()


def test_name_that_is_not_utf_8_can_still_be_written_as_utf_8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/M\xfcller.ipynb"
    with open(path, "wb") as file:
        file.write(BOOK)
    (submission,) = find_submissions([tmp_path], ASSIGNMENT)
    assert (submission.name, submission.data) == ("M\ufffdller", BOOK)
    submission.source.encode()
