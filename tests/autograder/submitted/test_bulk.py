"""Many submissions at once: what is read of the assignments is read once for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder import bulk
from autograder.results import GradeResult, Status
from autograder.submitted.intake import find_sources
from tests.autograder.two import SOLVED, two_functions, written


class PoolStandIn:
    """Whatever comes is graded with nothing."""

    def grade(self, assignment: Any, _data: bytes, *, submission: str, **_: Any) -> GradeResult:
        return GradeResult(submission, assignment.id, Status.GRADED, 0.0, assignment.max_score)

    def abort(self) -> None:
        raise AssertionError


def test_the_assignments_beside_it_are_read_once_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment, seen = two_functions(tmp_path / "assignments"), []
    beside = bulk.beside
    monkeypatch.setattr(bulk, "beside", lambda source: seen.append(source) or beside(source))
    other = tmp_path / "assignments" / "a02_other"
    other.mkdir()
    (other / "assignment.toml").write_text("")
    others = ["### BEGIN SOLUTION\ndef thrice(x): pass\ndef fourfold(x): pass\n### END SOLUTION"]
    (other / "a02_other.ipynb").write_bytes(written(*others))
    (tmp_path / "work").mkdir()
    for name, cells in (("ann", SOLVED), ("bob", SOLVED[:1]), ("cyd", others)):
        (tmp_path / "work" / f"{name}.ipynb").write_bytes(written(*cells))
    sources = find_sources([tmp_path / "work"], assignment.id)
    found = list(bulk.grade_all(PoolStandIn(), assignment, sources, workers=2))
    assert [each.status for each in found] == [Status.GRADED, Status.GRADED, Status.REJECTED]
    assert "a02_other" in found[2].error
    assert seen == [assignment.notebook_path]
