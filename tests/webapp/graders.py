"""Stand-ins for the grader: notebooks, parsing, PDFs and results, without a sandbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.results import (
    CellOutput,
    CheckResult,
    GradeResult,
    Output,
    QuestionResult,
    Status,
    Verdict,
)
from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook
from webapp.grading.library import GraderLibrary, Slide
from webapp.site.uploads import FileRefused

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


def parse_stand_in(data: bytes) -> Notebook:
    """Whatever begins as one does, also without cells; its digest is the file's."""
    if not data.startswith(b"{"):
        raise FileRefused("This is not a notebook: it does not start as JSON does.")
    digest = hashlib.sha256(data).hexdigest()
    try:
        return replace(parse_notebook(data), digest=digest)
    except NotebookRejected:
        return Notebook((), digest)


def inspect_stand_in(data: bytes) -> Slide:
    """`%PDF-N` is a PDF of N pages."""
    if not data.startswith(b"%PDF-"):
        raise FileRefused("This is not a PDF.")
    return Slide(int(data[5:6]), PNG)


LIBRARY = GraderLibrary(parse_notebook=parse_stand_in, inspect_pdf=inspect_stand_in)


def notebook(*cells: str, answer: str = "") -> bytes:
    """A notebook with code cells, and a written answer to `why`."""
    found: list[dict[str, Any]] = [
        {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None}
        for c in cells
    ]
    if answer:
        meta = {"nbgrader": {"grade_id": "why", "schema_version": 3, "solution": True}}
        found.append({"cell_type": "markdown", "source": answer, "metadata": meta})
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def result(
    *,
    score: float = 3.0,
    version: str = "v1",
    outputs: tuple[Output, ...] = (),
    manual: bool = True,
    message: str = "shape (4, 1), expected (4,)",
) -> GradeResult:
    """A graded result: `dense` worth 3, and `why` worth 2 for staff."""
    verdict = Verdict.PASSED if score == 3 else (Verdict.PARTIAL if score else Verdict.FAILED)
    check = CheckResult(
        "test_dense",
        "dense",
        "`dense` multiplies and adds.",
        3,
        score,
        verdict,
        "" if score == 3 else message,
        "" if score == 3 else "Sum over the right axis.",
    )
    questions = [QuestionResult("dense", "auto", score, 3, verdict, check.message, (check,))]
    if manual:
        questions.append(QuestionResult("why", "manual", None, 2, Verdict.PENDING))
    return GradeResult(
        submission="1",
        assignment="a01_demo",
        status=Status.GRADED,
        score=score,
        max_score=5,
        questions=tuple(questions),
        seconds=0.1,
        grader_version=version,
        cells=(CellOutput(0, "ok", outputs),) if outputs else (),
    )


def rejected(sentence: str) -> GradeResult:
    return GradeResult("1", "a01_demo", Status.REJECTED, None, 5, error=sentence)


def broken() -> GradeResult:
    return GradeResult(
        "1", "a01_demo", Status.INFRASTRUCTURE_ERROR, None, 5, error="the sandbox did not start"
    )


class StandInPool:
    """Grades by a function of the upload; counts its calls."""

    def __init__(self, grade: Callable[[bytes], GradeResult] | None = None) -> None:
        self._grade = grade or (lambda data: result())
        self.calls = 0

    def grade(
        self,
        assignment_id: str,
        data: bytes,
        *,
        submission: str = "",
        on_progress: Callable[[dict[str, Any]], None] | None = None,
    ) -> GradeResult:
        self.calls += 1
        if on_progress is not None:
            on_progress({"stage": "cells", "done": 1, "total": 2})
        return self._grade(data)
