"""Every entry of the corpus meets its expectation, and none learns a secret."""

from __future__ import annotations

import re
from concurrent.futures import Future
from pathlib import Path

import pytest

from autograder.results import GradeResult, Status, to_json
from tests.security.conftest import CHECKER, SECRETS
from tests.submissions import Entry, corpus

Graded = dict[str, Future[GradeResult]]
CORPUS = corpus()
ROOT = Path(__file__).resolve().parents[2]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def unmet(expectation: str, result: GradeResult) -> str:
    """What was found instead of the expected, or nothing."""
    kind, _, wanted = expectation.partition("=")
    shown = [output.text for cell in result.cells for output in cell.outputs]
    shown += [cell.error for cell in result.cells]
    if kind == "rejected":
        held = result.status is Status.REJECTED and wanted.lower() in result.error.lower()
        return "" if held else f"{result.status}: {result.error}"
    if kind == "score<":
        return "" if result.score == 0 else f"score {result.score}"
    if kind == "score":
        return "" if result.score == float(wanted) else f"score {result.score}"
    if kind == "last":
        return "" if result.cells[-1].status in wanted.split("|") else result.cells[-1].status
    if kind == "shows":
        return "" if any(wanted in text for text in shown) else "\n".join(shown)[-2000:]
    question = next(each for each in result.questions if f"verdict {each.name}" == kind)
    verdicts = {question.verdict, *(check.verdict for check in question.checks)}
    return "" if verdicts & set(wanted.split("|")) else f"{question.verdict}: {question.message}"


def summary(result: GradeResult) -> str:
    """The result's questions for a failing test."""
    lines = [f"{q.name}: {q.score} {q.verdict} {q.message[:200]}" for q in result.questions]
    return "\n".join([f"{result.status} {result.score} {result.error[:500]}", *lines])


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry.name)
def test_a_submission_gets_what_it_deserves(entry: Entry, graded: Graded) -> None:
    result = graded[entry.name].result()
    assert result.status is not Status.INFRASTRUCTURE_ERROR, result.error
    for expectation in entry.expectations:
        found = unmet(expectation, result)
        assert not found, f"{expectation}, but {found}\n{summary(result)}"


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry.name)
def test_a_result_holds_no_secret_and_nothing_unprintable(entry: Entry, graded: Graded) -> None:
    result = graded[entry.name].result()
    text = to_json(result).decode()
    for canary in (*SECRETS.values(), CHECKER, str(ROOT)):
        assert canary not in text
    texts = [check.message + check.traceback for q in result.questions for check in q.checks]
    texts += [output.text for cell in result.cells for output in cell.outputs]
    texts += [cell.error for cell in result.cells] + [result.error]
    assert not _CONTROL.search("".join(texts))


def test_the_corpus_is_as_large_as_it_claims() -> None:
    sizes = {"forging": 25, "stealing": 15, "bombs": 15, "active": 5, "malformed": 15}
    for kind, least in sizes.items():
        assert sum(entry.kind == kind for entry in CORPUS) >= least
