"""Identical work is not run twice: results by notebook source, judge, environment and seed.

A result is kept only if grading the same work again would have to give it again. What ran out of
time or memory or ended its process may owe that to the machine, so it is graded anew every time,
and a fault of ours is never kept. A notebook that draws random numbers of its own keeps what it
was first given; whoever wants it graded afresh asks for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from autograder.assignment import Assignment
from autograder.grading.protocol import Job
from autograder.grading.version import grader_version
from autograder.receipt import Receipt, environment, file_sha256, limits, seed_id
from autograder.results import GradeResult, Status, Verdict, from_json, to_json
from autograder.submitted.notebook import NotebookRejected, parse_notebook

_FORMAT = "1"
_UNSTEADY_VERDICTS = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.INFRASTRUCTURE_ERROR)
_STEADY_CELLS = ("ok", "error")
_MOST_IN_MEMORY = 4096
_MOST_ON_DISK = 4 * 2**30
_PARTS = 256


class Store(Protocol):
    """Where results are kept, by key: a folder, the memory, a database.

    `get` gives None for what is not there. Both may be called from many threads at once.
    """

    def get(self, key: str) -> bytes | None:
        """What was put last under that key."""

    def put(self, key: str, value: bytes) -> None:
        """Keep a value; a failure to do so is no failure of grading."""


class MemoryStore:
    """The latest results of this process."""

    def __init__(self, most: int = _MOST_IN_MEMORY) -> None:
        self._values: OrderedDict[str, bytes] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """What was put under that key, unless newer results took its place."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Keep a value, and forget the oldest ones beyond the limit."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)


class DirectoryStore:
    """One file a result in a folder that only its owner can read; whole files or none.

    The folder holds about `most_bytes` at most: what was not asked for longest goes first.
    """

    def __init__(self, folder: Path, most_bytes: int = _MOST_ON_DISK) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._most_in_part = most_bytes // _PARTS

    def get(self, key: str) -> bytes | None:
        """The file's content, if it can be read."""
        path = self._path(key)
        try:
            value = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Written aside and renamed, so that who is interrupted leaves nothing half written."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True, mode=0o700)
            descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(value)
                os.replace(aside, path)
            except BaseException:
                os.unlink(aside)
                raise
            self._make_room(path.parent)

    def _make_room(self, part: Path) -> None:
        """Keys are spread evenly, so that each part of the folder has its share of the room."""
        files = [(entry.stat(), entry.path) for entry in os.scandir(part)]
        held = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if held <= self._most_in_part:
                return
            with contextlib.suppress(FileNotFoundError):  # another process made room as well
                os.unlink(path)
            held -= stat.st_size

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def conditions(assignment: Assignment, seed: bytes, *, keep_outputs: bool) -> str:
    """What a result depends on besides the notebook, as one digest."""
    parts = {
        "format": _FORMAT,
        "assignment": assignment.id,
        "grader_version": grader_version(assignment),
        "environment": environment(assignment),
        "limits": limits(assignment),
        "seed": seed_id(seed),
        "outputs": keep_outputs,
    }
    return file_sha256(msgspec.json.encode(parts, order="deterministic"))


def work_key(under: str, data: bytes) -> str | None:
    """The key of a notebook under `conditions`, or None where there is no notebook in `data`."""
    try:
        notebook = parse_notebook(data)
    except NotebookRejected:
        return None
    places = ",".join(str(cell.index) for cell in notebook.code_cells)
    return file_sha256(f"{under} {notebook.digest} {places}".encode())


def is_steady(result: GradeResult) -> bool:
    """Whether grading the same work again must give the same result."""
    verdicts = [check.verdict for question in result.questions for check in question.checks]
    return (
        result.status is Status.GRADED
        and result.receipt is not None
        and result.receipt.restarts == 0
        and not any(verdict in _UNSTEADY_VERDICTS for verdict in verdicts)
        and all(cell.status in _STEADY_CELLS for cell in result.cells)
    )


class ResultCache:
    """Answers from a store, and lets equal work that comes at the same time be graded once."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or MemoryStore()
        self._lock = threading.Lock()
        self._running: dict[str, threading.Event] = {}

    def answer(
        self, assignment: Assignment, job: Job, grade: Callable[[], GradeResult]
    ) -> GradeResult:
        """The kept result of the same work under this submission's name, else what `grade` gives.

        Only a steady result is kept, and only if it was made by the grader version that the key
        stands for.
        """
        under = conditions(assignment, job.seeds[0], keep_outputs=job.keep_outputs)
        key = work_key(under, job.data)
        if key is None:
            return grade()
        with self._alone(key):
            if found := self._read(key):
                return _handed_in(*found, job)
            result = grade()
            if is_steady(result) and result.grader_version == grader_version(assignment):
                self._store.put(key, packed(replace(result, submission="")))
            return result

    def _read(self, key: str) -> tuple[GradeResult, Receipt] | None:
        value = self._store.get(key)
        found = None if value is None else unpacked(value)
        return (found, found.receipt) if found and found.receipt else None

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Wait until nobody else grades the same work."""
        mine = threading.Event()
        while True:
            with self._lock:
                other = self._running.setdefault(key, mine)
            if other is mine:
                break
            other.wait()
        try:
            yield
        finally:
            with self._lock:
                del self._running[key]
            mine.set()


def _handed_in(result: GradeResult, receipt: Receipt, job: Job) -> GradeResult:
    receipt = replace(receipt, submission_sha256=file_sha256(job.data), cached=True)
    return replace(result, submission=job.submission, receipt=receipt)


def packed(result: GradeResult) -> bytes:
    """A result with a digest before it, by which damage is noticed."""
    body = to_json(result)
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def unpacked(value: bytes) -> GradeResult | None:
    """The result that `packed` wrote, or None if anything of it is damaged."""
    digest, _, body = value.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    try:
        return from_json(body)
    except msgspec.DecodeError:
        return None
