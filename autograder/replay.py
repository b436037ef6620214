"""Grading a submission again from its receipt, and saying what differs."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment import Assignment
from autograder.grading.version import grader_version
from autograder.receipt import (
    Receipt,
    environment,
    file_sha256,
    limits,
    seal_holds,
    seed_id,
)
from autograder.results import GradeResult
from autograder.submitted.notebook import NotebookRejected, parse_notebook

_SAME = 1e-9


class ReceiptError(Exception):
    """A file is no receipt: one sentence for whoever named it."""


class _Question(msgspec.Struct, frozen=True):
    name: str
    verdict: str
    score: float | None
    max_score: float


class Record(msgspec.Struct, frozen=True):
    """What a receipt's file says: the score, question by question, and how it came about."""

    submission: str
    assignment: str
    score: float | None
    questions: tuple[_Question, ...]
    receipt: Receipt
    source: str = ""


@dataclass(frozen=True)
class Change:
    """A question (or the whole, named `score`) whose result is no longer the same."""

    name: str
    before: str
    after: str


def read_receipt(path: Path) -> tuple[Record, dict[str, Any]]:
    """The receipt, and all that its file holds, for the seal; raises ReceiptError."""
    try:
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return msgspec.convert(content, Record), content
    except OSError as error:
        raise ReceiptError(f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ReceiptError(f"{path} is not a receipt: {error}") from None


def work_differs(record: Record, data: bytes) -> str:
    """One sentence if the notebook is not the work of the receipt, else nothing."""
    if file_sha256(data) == record.receipt.submission_sha256:
        return ""
    try:
        digest = parse_notebook(data).digest
    except NotebookRejected as rejection:
        return f"The file is not the notebook of the receipt: {rejection}"
    if digest == record.receipt.source_digest:
        return ""
    return (
        "The notebook is not the one of the receipt: its cells have the digest "
        f"{digest[:12]}…, the receipt's {record.receipt.source_digest[:12]}…."
    )


def was_changed(record: Record, content: Mapping[str, Any], seed: bytes) -> bool:
    """Whether the receipt is not as it was written; with another seed nobody can tell."""
    return seed_id(seed) == record.receipt.seed_id and not seal_holds(content, seed)


def why_other_python(record: Record) -> str:
    """One sentence if another Python graded than this one, else nothing."""
    there, here = record.receipt.environment.get("python", "unknown"), platform.python_version()
    if there == here:
        return ""
    return f"The receipt's score was found by Python {there}, this is {here}: replay it there."


def conditions_differ(record: Record, assignment: Assignment, seed: bytes) -> Iterator[str]:
    """A sentence for each condition that is not the receipt's."""
    receipt = record.receipt
    if (here := seed_id(seed)) != receipt.seed_id:
        yield (
            f"The secret seed is another one (id {here}, the receipt's {receipt.seed_id}), so the "
            "hidden inputs differ and the receipt's seal cannot be checked."
        )
    if (version := grader_version(assignment)) != receipt.grader_version:
        yield f"The grader version is {version}, the receipt's {receipt.grader_version}."
    yield from _differing("", environment(assignment), receipt.environment)
    yield from _differing("The limit ", limits(assignment), receipt.limits)


def _differing(what: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*here, *there}):
        if here.get(name) != there.get(name):
            found = [str(each.get(name, "absent")) for each in (here, there)]
            yield f"{what}{name} is {found[0]}, the receipt's {found[1]}."


def changes(record: Record, result: GradeResult) -> list[Change]:
    """The questions whose score or verdict is not the receipt's, and then the whole score."""
    before = {question.name: _told(question) for question in record.questions}
    after = {question.name: _told(question) for question in result.questions}
    scores = {question.name: question.score for question in result.questions}
    found = [
        Change(question.name, before[question.name], after.get(question.name, "absent"))
        for question in record.questions
        if question.name not in scores
        or not _equal(question.score, scores[question.name])
        or before[question.name] != after[question.name]
    ]
    found += [Change(name, "absent", after[name]) for name in after if name not in before]
    if not _equal(record.score, result.score):
        found.append(Change("score", _points(record.score), _points(result.score)))
    return found


def _told(question: Any) -> str:
    return f"{_points(question.score)}/{question.max_score:g} {question.verdict}"


def _points(score: float | None) -> str:
    return "none" if score is None else f"{score:.6g}"


def _equal(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, abs_tol=_SAME)
