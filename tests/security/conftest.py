"""The corpus graded once per session, three notebooks at a time, amid planted canaries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.grading import GradingPool
from autograder.results import GradeResult
from tests import submissions

SEED = "canary-of-the-seed"
SECRETS = {"HELDOUT_SECRET_KEY": "canary-of-the-environment", "HELDOUT_SEED": SEED}
CHECKER = "canary-of-the-checker"
# Short, so that what hangs does not take long, yet long for a busy machine.
LIMITS = """
[limits]
cell_seconds = 5
call_seconds = 5
total_seconds = 60
memory_mb = 320
output_kb = 256
"""


def impatient_copy(folder: Path) -> Assignment:
    """The corpus' assignment with short limits and a canary in its checks."""
    original = submissions.assignment()
    home = folder / original.id
    home.mkdir()
    (home / original.notebook_path.name).symlink_to(original.notebook_path)
    checks = original.checks_path.read_text(encoding="utf-8")
    (home / "checks.py").write_text(f'{checks}\nCANARY = "{CHECKER}"\n', encoding="utf-8")
    toml = (original.folder / "assignment.toml").read_text(encoding="utf-8")
    head, questions = toml.split("[[questions]]", 1)
    described = f"{head.split('[limits]')[0]}{LIMITS}\n[[questions]]{questions}"
    (home / "assignment.toml").write_text(described, encoding="utf-8")
    return load_assignment(home)


@pytest.fixture(scope="session")
def graded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[GradeResult]]]:
    """A result to come for each entry whose test was selected."""
    assignment = impatient_copy(tmp_path_factory.mktemp("assignments"))
    drawn = (getattr(item, "callspec", None) for item in request.session.items)
    wanted = (spec.params.get("entry") for spec in drawn if spec is not None)
    entries = {entry.name: entry for entry in wanted if isinstance(entry, submissions.Entry)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        with GradingPool(workers=3) as pool, ThreadPoolExecutor(3) as threads:

            def grade(entry: submissions.Entry) -> GradeResult:
                return pool.grade(assignment, entry.make(), submission=entry.name)

            yield {name: threads.submit(grade, entry) for name, entry in entries.items()}
            threads.shutdown(cancel_futures=True)
