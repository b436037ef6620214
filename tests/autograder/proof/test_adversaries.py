"""The proof finds a hole of each kind by adversaries of its own, and none where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment import Assignment, AssignmentError
from autograder.grading import GradingPool
from autograder.proof.adversaries import Adversary, count_of, names_of
from autograder.proof.bounds import bound_of, needless, too_much
from autograder.proof.trial import Trial, adversary_claims
from autograder.proof.validate import count_subjects, validate
from autograder.results import GradeResult, QuestionResult, Status, Verdict
from tests.autograder.proof.small import earned, small

SOUND = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    for _ in range(3):
        x = rng.normal(size=4)
        assert_close(student.halve(x), x / 2)
'''
CONSTANT_TRUTH = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    assert_close(student.halve(0.0), 0.0)
'''
KNOWN_TRUTH = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    for x in (6.0, 4.0, 10.0):
        assert_close(student.halve(x), x / 2)
'''
CONSULTS_THE_ACCUSED = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`double` undoes `halve`."""
    x = float(rng.uniform(1, 2))
    assert_close(student.double(x), 2 * x)
    half = as_scalar(student.halve(x))
    assert_close(student.double(half), 2 * half)

@question("double", points=2)
def test_double(student, rng):
    """`double(x)` is 2x."""
    for x in (1.0, 3.0):
        assert_close(student.double(x), 2 * x)
'''
TRUSTS_THE_TYPE = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`halve(x)` is x / 2, where it is a number."""
    for _ in range(3):
        x = float(rng.normal())
        value = student.halve(x)
        if isinstance(value, (float, np.ndarray)):
            assert_close(value, x / 2)
'''
BELIEVES_THE_FIRST = '''
@question("halve", points=2)
def test_halve(student, rng):
    """`halve(x)` is x / 2."""
    x = float(rng.normal())
    assert_close(student.halve(x), x / 2)
    student.halve(1.0)
'''
FOLLOWS = """def label(X, y, asked):
    ### BEGIN SOLUTION
    weights = np.linalg.lstsq(np.c_[X, np.ones(len(X))], 2 * y - 1, rcond=None)[0]
    return (np.c_[asked, np.ones(len(asked))] @ weights > 0) * 1.0
    ### END SOLUTION
"""
ROWS_OF_ONE_ARE_ANOTHERS = '''
def labelled(rng):
    X = rng.normal(size=(40, 3))
    return X, (X[:, 0] > 0) * 1.0

@question("label", points=2)
def test_label(student, rng):
    """`label` finds the side of a line."""
    (X, y), (X2, y2) = labelled(rng), labelled(rng)
    student.label(X, y, X2)
    {how}
'''
IN_ONE_PROCESS = (
    "found = as_array(student.label(X2, y2, X), shape=(40,))\n"
    "    require((found == y).mean() > 0.8, 'Too few.')"
)
IN_ANOTHER = (
    "with student.fresh() as other:\n"
    "        found = as_array(other.label(X2, y2, X), shape=(40,))\n"
    "    require((found == y).mean() > 0.8, 'Too few.')"
)
PUBLIC_ROWS = '''
from pathlib import Path

@question("label", points=2)
def test_label(student, rng):
    """`label` finds the side of a line, for rows that are public."""
    with np.load(Path(__file__).with_name("public.npz")) as file:
        X, y = file["X"] + {moved} * rng.normal(size=file["X"].shape), file["y"]
    told = X[:3], y[:3]
    found = as_array(student.label(X[:30], y[:30], X[30:]), shape=(30,))
    require((found == y[30:]).mean() > 0.8, "Too few.")
'''


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(workers=2, seed=b"adversaries") as started:
        yield started


def test_a_sound_check_pays_no_adversary(tmp_path: Path, pool: GradingPool) -> None:
    assert earned(small(tmp_path, SOUND), pool) == {}


@pytest.mark.parametrize(
    ("checks", "found"),
    [
        (CONSTANT_TRUTH, {"zero", "zeros", "first", "echo", "replay", "turncoat-zero"}),
        (KNOWN_TRUTH, {"replay"}),
        (TRUSTS_THE_TYPE, {"agreeable"}),
        (BELIEVES_THE_FIRST, {"once"}),
    ],
    ids=["constants", "answers known by heart", "objects", "honest once"],
)
def test_a_hole_is_found(checks: str, found: set[str], tmp_path: Path, pool: GradingPool) -> None:
    shares = earned(small(tmp_path, checks), pool)
    assert found <= set(shares)
    assert all(shares[name] == 1 for name in found)


def test_a_judge_that_consults_the_accused_is_found(tmp_path: Path, pool: GradingPool) -> None:
    assignment = small(tmp_path, CONSULTS_THE_ACCUSED, questions=("halve", "double"))
    shares = earned(assignment, pool)
    # A notebook that is dumb throughout does not get through: only its change of mind does.
    assert "zero" not in shares
    assert shares["turncoat-zero"] == shares["turncoat-zeros"] == 1


def test_memory_between_calls_is_found_and_ends_with_the_process(
    tmp_path: Path, pool: GradingPool
) -> None:
    def shares(name: str, how: str) -> dict[str, float]:
        checks = ROWS_OF_ONE_ARE_ANOTHERS.replace("{how}", how)
        return earned(small(tmp_path / name, checks, solution=FOLLOWS, questions=("label",)), pool)

    assert shares("one", IN_ONE_PROCESS)["memory"] == 1
    assert "memory" not in shares("another", IN_ANOTHER)


@pytest.mark.parametrize(("moved", "found"), [("0", {"exact", "nearest"}), ("1e-3", {"nearest"})])
def test_public_truth_is_found(
    moved: str, found: set[str], tmp_path: Path, pool: GradingPool
) -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(60, 3))
    (tmp_path / "a01_small").mkdir()
    np.savez(tmp_path / "a01_small" / "public.npz", X=X, y=(X[:, 0] > 0) * 1.0)
    checks = PUBLIC_ROWS.replace("{moved}", moved)
    assignment = small(tmp_path, checks, solution=FOLLOWS, questions=("label",))
    assert {"exact", "nearest"} & set(earned(assignment, pool)) == found


class Lottery:
    """Stands for a pool: `halve` is earned under a seed that wins."""

    def __init__(self, wins: set[bytes]) -> None:
        self.wins = wins

    def grade_under_seeds(
        self, assignment: Assignment, data: bytes, seeds: Sequence[bytes], **more: Any
    ) -> tuple[GradeResult, ...]:
        questions = [
            QuestionResult("halve", "auto", 2.0 * (seed in self.wins), 2, Verdict.PARTIAL)
            for seed in seeds
        ]
        return tuple(
            GradeResult("x", assignment.id, Status.GRADED, 0.0, 2.0, (each,)) for each in questions
        )


@pytest.mark.parametrize(("wins", "share"), [({b"two"}, 1 / 14), ({b"one", b"two"}, 1.0)])
def test_luck_is_told_from_a_hole(wins: set[bytes], share: float, tmp_path: Path) -> None:
    pool: Any = Lottery(wins)
    trial = Trial(
        small(tmp_path, SOUND), pool, seeds=[b"one", b"two"], workers=1, done=lambda: None
    )
    _, shares, _ = trial._judge(Adversary("zero", b"", ("halve",)))
    assert shares == {"halve": pytest.approx(share)}


EXCEPTION = """
[[exceptions]]
question = "halve"
adversaries = ["replay"]
reason = "The point is to find the number."
"""


def test_an_exception_widens_the_bound_of_its_adversary_alone(tmp_path: Path) -> None:
    assignment = small(tmp_path, KNOWN_TRUTH, toml=EXCEPTION)
    assert bound_of(assignment, "replay", "halve") == 1
    assert bound_of(assignment, "zero", "halve") == 0.2
    earned = {name: {"halve": 0.0} for name in names_of(assignment)}
    earned["replay"]["halve"] = 0.9
    assert all(claim.holds for claim in adversary_claims(assignment, earned))
    earned["zero"]["halve"] = 0.5
    [broken] = [claim for claim in adversary_claims(assignment, earned) if not claim.holds]
    assert broken.subject == "adversary zero"
    assert "earns 50% of halve" in broken.found


def test_an_exception_that_nothing_needs_is_reported(tmp_path: Path) -> None:
    toml = EXCEPTION.replace('"replay"', '"replay", "reply"')
    assignment = small(tmp_path, SOUND, toml=toml)
    earned = {name: {"halve": 0.2} for name in names_of(assignment)}
    assert list(needless(assignment, earned)) == [
        "replay needs no exception for halve",
        "there is no adversary 'reply' (exception for halve)",
    ]
    assert list(too_much(assignment, "replay", {"halve": 0.2})) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"halve"', '"third"', "unknown question 'third'"),
        ("reason", "# reason", "gives no reason"),
        ('["replay"]', "[]", "names no adversaries"),
        ("reason", "bound = 2\nreason", "bound 2, expected a share up to 1"),
        ("reason", 'because = "so"\nreason', "unknown key 'because'"),
    ],
)
def test_a_malformed_exception_is_refused(
    old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(AssignmentError, match=sentence):
        small(tmp_path, SOUND, toml=EXCEPTION.replace(old, new))


def test_the_proof_says_what_it_found_and_counts_what_it_grades(
    tmp_path: Path, pool: GradingPool
) -> None:
    assignment = small(tmp_path, CONSTANT_TRUTH)
    steps: list[None] = []
    report = validate(assignment, pool, seeds=[b"one"], workers=2, done=lambda: steps.append(None))
    assert not report.sound
    assert report.adversaries["zero"] == {"halve": 1.0}
    assert len(steps) == count_subjects(assignment) == 2 + count_of(assignment)
    assert report.mutants is None


def test_nothing_is_made_of_a_solution_that_is_wrong(tmp_path: Path, pool: GradingPool) -> None:
    assignment = small(tmp_path, SOUND.replace("x / 2)", "x / 3)"))
    report = validate(assignment, pool, seeds=[b"one"], workers=2)
    assert not report.sound
    assert report.adversaries == {}
