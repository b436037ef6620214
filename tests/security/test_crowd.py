"""What the crowd must not do is noticed when it happens."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.results import GradeResult, QuestionResult, Status, Verdict
from tests import submissions
from tests.security.crowd import Footprint, Run, faults_of, limit


def graded(score: float) -> GradeResult:
    question = QuestionResult("dense", "auto", score, 2.0, Verdict.PARTIAL, "")
    return GradeResult("n1", "a01", Status.GRADED, score, 2.0, questions=(question,))


CLEAN = Footprint(processes=2, mounts=20, files=0, megabytes=100.0)
FINE = Run(
    alone={"n1": graded(1.0)},
    together={"n1": graded(1.0), "bomb": graded(0.0)},
    seconds=(1.0, 5.0),
    usual=(0.1, 0.1),
    pool=(CLEAN, CLEAN),
    host=(CLEAN, CLEAN),
)


def changed(**amounts: float) -> tuple[Footprint, Footprint]:
    return CLEAN, dataclasses.replace(CLEAN, **amounts)  # type: ignore[arg-type]


def test_a_crowd_without_trouble_has_no_fault() -> None:
    assert faults_of(FINE, most=6.0) == []


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        ({"together": {"n1": graded(0.5)}}, "n1 changed"),
        ({"seconds": (1.0, 7.0)}, "it took too long"),
        ({"usual": (0.1, 0.3)}, "the pool became slow"),
        ({"host": changed(processes=3)}, "something was left behind"),
        ({"host": changed(mounts=21)}, "something was left behind"),
        ({"host": changed(files=1)}, "something was left behind"),
        ({"pool": changed(mounts=21)}, "a mount was left in the pool"),
        ({"pool": changed(megabytes=200.0)}, "the pool's memory grew"),
    ],
)
def test_each_trouble_is_told(trouble: dict[str, object], fault: str) -> None:
    assert faults_of(dataclasses.replace(FINE, **trouble), most=6.0) == [fault]  # type: ignore[arg-type]


def test_the_batch_may_last_as_long_as_its_limits_over_the_workers_and_a_tenth() -> None:
    assignment = submissions.assignment()
    assert limit(assignment, 10) == pytest.approx(5 * 1.1 * assignment.limits.total_seconds)
