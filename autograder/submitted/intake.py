"""Finding the submissions that `heldout grade ASSIGNMENT PATH...` is given.

A path may be a notebook, a folder (searched recursively), a ZIP archive of either, or an
nbgrader tree `submitted/<student>/<assignment>/<notebook>.ipynb` (the course's folder,
`submitted/` itself or a part of it, or any of these as an archive). Archives that lie in a
folder are opened, archives inside archives are refused. Hidden files and folders,
`.ipynb_checkpoints` and `__MACOSX` are skipped.

A submission is named by its file's stem, in an nbgrader tree by the student's id. Where a
tree is found, only it counts (not `source/` or `release/` beside it), only this
assignment's folders in it, and one notebook for each student: the one named like the
assignment if there are several.

What is wrong with one submission becomes that submission's `error`, never an exception.
Whoever knows other layouts passes them: they are asked where there is no tree.
Symbolic links inside folders are refused; a link that staff name themselves is followed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path, PurePosixPath

from autograder.submitted.archive import ArchiveReader, ArchiveRejected
from autograder.submitted.intake_files import (
    FileRefused,
    FoundFile,
    archived_files,
    named_file,
    walk_folder,
)

MAX_NAME_LENGTH = 255
_STAMP, _LONGEST_STAMP = "timestamp.txt", 200
_JOINERS = "\u200c\u200d"


class IntakeError(Exception):
    """The paths cannot be graded at all: one sentence for whoever named them."""


@dataclass(frozen=True)
class Submission:
    """What was handed in: `data` to parse, or None and in `error` why it was rejected.

    `stamp` is what nbgrader's timestamp.txt beside the notebook says, empty where there is none.
    """

    name: str
    source: str
    data: bytes | None
    error: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class Source:
    """A submission that has been found but not read yet; `source` says where, for people.

    `origin` is what the layout that found it knows besides, None without one.
    """

    name: str
    source: str
    _key: str = field(repr=False)
    _read: Callable[[], bytes] = field(repr=False)
    _read_stamp: Callable[[], bytes] | None = field(default=None, repr=False)
    origin: object | None = field(default=None, repr=False)

    def read(self) -> Submission:
        """Read the submission; a fault of its file is its `error`. Safe to call from threads."""
        try:
            stamp = self._read_stamp()[:_LONGEST_STAMP] if self._read_stamp else b""
            text = stamp.decode(errors="replace").strip()
            return Submission(self.name, self.source, self._read(), stamp=text)
        except (FileRefused, ArchiveRejected) as error:
            return Submission(self.name, self.source, None, str(error))
        except OSError as error:
            sentence = f"The file cannot be read: {error.strerror or 'input or output failed'}."
            return Submission(self.name, self.source, None, sentence)


# Finds the submissions of a folder or an archive that is laid out in its way; None for others.
Layout = Callable[[Sequence[FoundFile], str], list[Source] | None]


def _no_other(_files: Sequence[FoundFile], _assignment_id: str) -> None:
    return None


def find_submissions(paths: Sequence[Path], assignment_id: str) -> Iterator[Submission]:
    """Read the submissions of `find_sources` one after the other; raises IntakeError."""
    for source in find_sources(paths, assignment_id):
        yield source.read()


def find_sources(
    paths: Sequence[Path], assignment_id: str, layout: Layout = _no_other
) -> list[Source]:
    """List what there is to grade, in the order of `paths` and sorted below each, unread.

    `layout` may find submissions of its own where there is no nbgrader tree. A file that is
    reached twice counts once. Raises IntakeError if a path does not exist or
    nothing is found.
    """
    below = _Below(assignment_id, ArchiveReader(), layout)
    sources: dict[str, Source] = {}
    for path in paths:
        _require_path(path)
        for source in below.of(path):
            sources.setdefault(source._key, source)
    if not sources:
        where = ", ".join(repr(str(path)) for path in paths) or "no path"
        raise IntakeError(f"no notebook for {assignment_id} was found in {where}")
    return list(sources.values())


def _require_path(path: Path) -> None:
    try:
        if path.exists():
            return
    except OSError as error:
        raise IntakeError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    raise IntakeError(f"there is no file or folder {str(path)!r}")


@dataclass(frozen=True)
class _Below:
    """Looks for an assignment's submissions in the ways that are known."""

    assignment_id: str
    reader: ArchiveReader
    layout: Layout

    def of(self, path: Path) -> list[Source]:
        if path.is_dir():
            return self._in_folder(path)
        file = named_file(path)
        if file.is_archive:
            return self._in_archive(path.resolve())
        return _in_tree([file], self.assignment_id) or [_by_stem(file)]

    def _in_folder(self, folder: Path) -> list[Source]:
        files = list(walk_folder(folder))
        sources = self._laid_out(files)
        if sources is not None:
            return sources
        sources = []
        for file in files:
            if file.is_archive and Path(file.key).is_file() and not Path(file.key).is_symlink():
                sources += self._in_archive(Path(file.key))
            elif file.is_notebook or file.is_archive or file.closed_folder:
                sources.append(_by_stem(file))
        return sources

    def _in_archive(self, path: Path) -> list[Source]:
        try:
            files = archived_files(path, self.reader)
        except ArchiveRejected as error:
            return [_refused(path.stem, str(path), str(error))]
        sources = self._laid_out(files)
        if sources is None:
            sources = [_by_stem(file) for file in files if file.is_notebook or file.is_archive]
        sentence = f"The ZIP archive holds no notebook for {self.assignment_id}."
        return sources or [_refused(path.stem, str(path), sentence)]

    def _laid_out(self, files: Sequence[FoundFile]) -> list[Source] | None:
        sources = _in_tree(files, self.assignment_id)
        return self.layout(files, self.assignment_id) if sources is None else sources


def _in_tree(files: Sequence[FoundFile], assignment_id: str) -> list[Source] | None:
    """The submissions if the files form an nbgrader tree, None if they do not.

    A tree lies below a folder called `submitted`; without one, all files lie as
    `<student>/<assignment>/<file>`.
    """
    tree = [(place, file) for file in files if (place := _place(file, assignment_id))]
    if not tree and all(len(file.parts) == 3 for file in files):
        tree = [((file.parts[0], file.parts[1]), file) for file in files]
        if not any(assignment == assignment_id for (_, assignment), _ in tree):
            return None
    if not tree:
        return None
    mine = [(student, file) for (student, folder), file in tree if folder == assignment_id]
    mine.sort(key=lambda pair: pair[0])
    students = groupby(mine, key=lambda pair: pair[0])
    return [
        _of_student(student, [file for _, file in pairs], assignment_id)
        for student, pairs in students
    ]


def _place(file: FoundFile, assignment_id: str) -> tuple[str, str] | None:
    """The (student, assignment) whose folder below `submitted` holds the file, if one does.

    A closed folder may stand where the student's or the assignment's folder should be.
    """
    path = (*file.above, *file.parts)
    if len(path) > 3 and path[-4] == "submitted":
        return path[-3], path[-2]
    if file.closed_folder and len(path) > 2 and path[-3] == "submitted":
        return path[-2], path[-1]
    if file.closed_folder and len(path) > 1 and path[-2] == "submitted":
        return path[-1], assignment_id
    return None


def _of_student(student: str, files: Iterable[FoundFile], assignment_id: str) -> Source:
    files = list(files)
    folder = str(PurePosixPath(files[0].key).parent)
    closed = [file for file in files if file.closed_folder]
    notebooks = [file for file in files if file.is_notebook]
    named = [file for file in notebooks if file.parts[-1] == f"{assignment_id}.ipynb"]
    chosen = named or notebooks or closed
    if len(chosen) == 1:
        stamps = [file.read for file in files if file.parts[-1] == _STAMP]
        return replace(_named(student, chosen[0]), _read_stamp=stamps[0] if stamps else None)
    if not notebooks:
        return _refused(student, folder, "The student's folder holds no notebook.")
    return _refused(
        student,
        folder,
        f"The student's folder holds {len(notebooks)} notebooks and none is {assignment_id}.ipynb.",
    )


def source_of(name: str, files: Sequence[FoundFile], refusal: str, origin: object) -> Source:
    """A submission as a layout found it: one file, or in `refusal` why it is none.

    The name is part of what tells it from others: a file may be several students' work.
    """
    key = files[0].key if files else name
    found = _refused(name, key, refusal) if refusal else _named(name, files[0])
    return replace(found, _key=f"{found._key}\0{name}", origin=origin)


def _by_stem(file: FoundFile) -> Source:
    return _named(PurePosixPath(file.parts[-1]).stem, file)


def _named(name: str, file: FoundFile) -> Source:
    if any(_is_control(char) for char in name):
        return _refused(name, file.key, "The file's name holds control characters.")
    if len(name) > MAX_NAME_LENGTH:
        sentence = (
            f"The file's name has {len(name)} characters, at most {MAX_NAME_LENGTH} are read."
        )
        return _refused(name, file.key, sentence)
    return Source(_printable(name), _printable(file.key), file.key, file.read)


def _refused(name: str, key: str, sentence: str) -> Source:
    def refuse() -> bytes:
        raise FileRefused(sentence)

    return Source(_printable(name), _printable(key), key, refuse)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char not in _JOINERS


def _printable(text: str) -> str:
    """Text that a terminal, a page and UTF-8 can carry, of bounded length."""
    shown = "".join(
        char
        if char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"
        else "\ufffd"
        for char in text
    )
    longest = 2 * MAX_NAME_LENGTH
    return shown if len(shown) <= longest else shown[:longest] + "…"
