"""A mutant that survives is shown beside its question, unless an excuse says why it may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import Assignment, AssignmentError
from autograder.grading import GradingPool, grader_version
from autograder.proof.equivalent import read_excuses
from autograder.proof.mutants import Mutants, try_mutants
from autograder.proof.mutations import mutants_of
from autograder.proof.solution import SourceCell, needed_cells, source_cells
from tests.autograder.proof.small import small

SOLUTION = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x  # twice
    ### END SOLUTION


def unasked(x):
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION
'''
SOUND = '''
@question("double", points=2)
def test_double(student, rng):
    """`double(x)` is 2x."""
    for x in (float(rng.normal()), 3.0):
        assert_close(student.double(x), 2 * x)
'''
WEAK = SOUND.replace("(float(rng.normal()), 3.0)", "(2.0,)")
EXCUSE = """
[[mutant]]
was = "return 2 * x  # twice"
becomes = "return 2 + x  # twice"
reason = "As far as anybody asks."
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=2, seed=b"mutants") as started:
        yield started


def tried(assignment: Assignment, pool: GradingPool, minutes: float | None = 5) -> Mutants | None:
    return try_mutants(assignment, pool, seed=b"one", workers=2, minutes=minutes)


def made(solution: str) -> list[tuple[str, str]]:
    text = f"def f(x, y):\n    ### BEGIN SOLUTION\n    {solution}\n    ### END SOLUTION\n"
    return [(mutant.was, mutant.becomes) for mutant in mutants_of([SourceCell(0, text, False)])]


def test_every_mutant_of_a_sound_assignment_is_killed(tmp_path: Path, pool: GradingPool) -> None:
    found = tried(small(tmp_path, SOUND, solution=SOLUTION, questions=("double",)), pool)
    assert found is not None
    assert found.killed == found.made > 3
    assert all(claim.holds for claim in found.claims())


def test_a_survivor_is_shown_as_a_diff_beside_its_question(
    tmp_path: Path, pool: GradingPool
) -> None:
    checks, solution = WEAK.replace("(2.0,)", "(0.0,)"), SOLUTION
    found = tried(small(tmp_path, checks, solution=solution, questions=("double",)), pool)
    assert found is not None
    assert found.killed + len(found.unexcused) == found.made
    shown = {survivor.mutant.diff for survivor in found.unexcused}
    assert "-    return 2 * x  # twice\n+    return 3 * x  # twice" in shown
    assert {survivor.questions for survivor in found.unexcused} == {("double",)}
    claims = [claim for claim in found.claims() if not claim.holds]
    assert {(claim.subject, claim.claim) for claim in claims} == {
        ("mutant of double", "loses double")
    }
    assert any("+    return 3 * x" in claim.found for claim in claims)


def excused(folder: Path, excuse: str) -> Assignment:
    """An assignment that is asked at 0 alone, where three times is as good as twice."""
    checks = WEAK.replace("(2.0,)", "(0.0,)")
    assignment = small(folder, checks, solution=SOLUTION, questions=("double",))
    (assignment.folder / "equivalent.toml").write_text(excuse, encoding="utf-8")
    return assignment


THRICE = EXCUSE.replace("2 + x", "3 * x")


def test_an_excuse_holds_and_a_stale_one_is_reported(tmp_path: Path, pool: GradingPool) -> None:
    found = tried(excused(tmp_path / "one", THRICE), pool)
    assert found is not None
    assert [each.reason for each in found.equivalent] == ["As far as anybody asks."]
    assert "return 3 * x  # twice" not in {each.mutant.becomes for each in found.unexcused}
    assert found.stale == ()

    for stale in (THRICE.replace("3 * x", "2 / x"), THRICE.replace("twice", "half")):
        found = tried(excused(tmp_path / "one", stale), pool)
        assert found is not None
        assert found.equivalent == ()
        assert [excuse.becomes.split()[1] for excuse in found.stale] in (["2"], ["3"])
        [claim] = [claim for claim in found.claims() if claim.subject == "equivalent.toml"]
        assert not claim.holds


def test_an_excuse_is_no_part_of_what_judges(tmp_path: Path) -> None:
    assignment = excused(tmp_path, THRICE)
    before = grader_version(assignment)
    (assignment.folder / "equivalent.toml").write_text("", encoding="utf-8")
    assert grader_version(assignment) == before


def test_a_proof_goes_on_where_its_minutes_ended(tmp_path: Path, pool: GradingPool) -> None:
    assignment = small(tmp_path, SOUND, solution=SOLUTION, questions=("double",))
    assert tried(assignment, pool, None) is None
    begun = tried(assignment, pool, 1e-9)
    assert begun is not None
    assert begun.untried == begun.made
    whole = tried(assignment, pool)
    assert whole is not None
    assert whole.untried == 0
    assert tried(assignment, pool, None) == whole

    checks = assignment.folder / "checks.py"
    checks.write_text(checks.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert tried(assignment, pool, None) is None


def test_a_mutant_that_never_ends_is_killed(tmp_path: Path, pool: GradingPool) -> None:
    endless = SOLUTION.replace(
        "    return 2 * x  # twice",
        "    total, left = 0.0, 2\n    while left > 0:\n        total += x\n        left -= 1\n"
        "    return total",
    )
    found = tried(small(tmp_path, SOUND, solution=endless, questions=("double",)), pool)
    assert found is not None
    assert found.unexcused == ()


@pytest.mark.parametrize(
    ("excuse", "sentence"),
    [
        ("[[mutant", "is not valid TOML"),
        ("mutant = 3", "something else than"),
        (EXCUSE.replace("reason", "because"), "has `was`, `becomes` and `reason`"),
        (EXCUSE.replace("As far as anybody asks.", " "), "`reason` says why"),
        (EXCUSE.replace('"return 2 + x  # twice"', "[2]"), "is of texts"),
    ],
)
def test_a_malformed_excuse_is_refused(excuse: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=sentence):
        read_excuses(excused(tmp_path, excuse))


@pytest.mark.parametrize(
    ("solution", "becomes"),
    [
        ("return x - y", {"return x + y", "return x", "return y"}),
        ("return (x + y) * 2", {"return (x + y) / 2", "return (x + y) * 3", "return (x) * 2"}),
        ("return x * y ** 2", {"return x * (y * 2)", "return x * y ** 1"}),
        ("return x.sum(axis=1)", {"return x.sum(axis=0)", "return x.mean(axis=1)", "return x"}),
        ("return x[1:], y", {"return x[:], y", "return y, x[1:]", "return x[0:], y"}),
        (
            "return x if x > 0 else y",
            {"return x if not (x > 0) else y", "return x if x >= 0 else y"},
        ),
        ("return np.dot(x, y)", {"return np.dot(y, x)", "return x"}),
        ("return [a for a in x if a]", {"return [a for a in x if not (a)]"}),
        ("return x is not None or y", {"return x is None or y", "return x is not None and y"}),
        ("x += y", {"x -= y", "x = y", "pass"}),
        ("for i in range(x): y", {"for i in range(x - 1): y", "for i in range(x + 1): y"}),
        ("return -x, True", {"return x, True", "return -x, False"}),
        ("return 'ä' + x @ y", {"return 'ä' + x * y", "return 'ä' - x @ y"}),
    ],
)
def test_small_changes_of_every_kind_are_made(solution: str, becomes: set[str]) -> None:
    assert becomes <= {after for _, after in made(solution)}


def test_no_two_mutants_are_alike_and_none_is_the_solution() -> None:
    found = made("return (x * 1) + (y * 1)")
    assert len(found) == len(set(found))
    assert all(was != becomes for was, becomes in found)


def test_only_what_students_write_is_changed(tmp_path: Path) -> None:
    assignment = small(tmp_path, SOUND, solution=SOLUTION, questions=("double",))
    cells = needed_cells(source_cells(assignment))
    assert ["import numpy" in cell.text for cell in cells].count(True) <= 1
    assert not any("undefined_in_a_plot" in cell.text for cell in cells)
    for mutant in mutants_of(cells):
        assert mutant.text.startswith('def double(x):\n    """Twice x."""')
    document = json.loads(assignment.notebook_path.read_text(encoding="utf-8"))
    assert len(document["cells"]) == 3
