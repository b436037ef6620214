"""The grader version: whatever can change a verdict gives another, and nothing else does."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograder
from autograder.assignment import Assignment, load_assignment
from autograder.grading import GradingPool, files_version, grader_version
from autograder.grading import version as versions
from tests.autograder.two import SOLVED, two_functions, written
from tests.autograder.uploads import cell, upload

PACKAGE = Path(autograder.__file__).parent
# Written out again, so that a longer list is a decision.
CANNOT_JUDGE = {"cli", "similarity", "template"}
THE_LISTS = ("version.py", "judging_files.py")
LEFTOVERS = (".checks.py.swp", "checks.py~", "#checks.py#", "checks.py.orig", "notes.md")


def forget() -> None:
    """What a process reads once."""
    for read_once in (versions._code_digest, versions._oracle_digest, versions._shipped):
        read_once.cache_clear()
    versions._version.cache_clear()
    versions._own_digest.cache_clear()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package that stands for it."""
    place = tmp_path / "copied" / "autograder"
    shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(versions, "_PACKAGE", place)
    forget()
    yield place
    forget()


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return two_functions(tmp_path / "assignments")


@pytest.fixture
def now(assignment: Assignment) -> Callable[[], str]:
    """The version as a new process finds it."""

    def read() -> str:
        forget()
        return grader_version(load_assignment(assignment.folder))

    return read


def files_of(package: Path) -> list[Path]:
    return sorted(path for path in package.rglob("*") if path.is_file())


def top(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0]


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def test_a_change_of_any_file_that_judges_gives_a_version_of_its_own(
    copy: Path, now: Callable[[], str]
) -> None:
    judging = [path for path in files_of(copy) if top(path, copy) not in CANNOT_JUDGE]
    judging = [path for path in judging if path.suffix != ".md"]
    assert {"grading", "sandbox", "checks.py"} <= {top(path, copy) for path in judging}
    seen = {now()}
    for path in judging:
        before = path.read_bytes()
        change(path)
        assert now() not in seen, path
        seen.add(now())
        path.write_bytes(before)
        assert now() in seen, path


@pytest.mark.parametrize("name", ["rules.json", "proof/rules.py", "sandbox/deep/er/calls.bpf"])
def test_a_new_file_counts_wherever_it_lies_and_whatever_it_is(
    copy: Path, now: Callable[[], str], name: str
) -> None:
    seen = [now()]
    path = copy / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1")
    seen.append(now())
    path.write_bytes(b"2")
    seen.append(now())
    path.rename(path.with_name("renamed"))
    seen.append(now())
    (path.parent / "moved").mkdir()
    path.with_name("renamed").rename(path.parent / "moved" / "renamed")
    seen.append(now())
    assert len(set(seen)) == len(seen)


def test_what_cannot_judge_gives_no_other_version(copy: Path, now: Callable[[], str]) -> None:
    before = now()
    for path in files_of(copy):
        os.utime(path, (1, 1))
        if top(path, copy) in CANNOT_JUDGE or path.suffix == ".md":
            change(path)
    for folder in (copy, copy / "sandbox"):
        for name in (*LEFTOVERS, "__pycache__/wire.cpython-311.pyc", ".idea/workspace.xml"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(b"left behind")
    assert now() == before


def test_nothing_that_judges_uses_what_is_left_out() -> None:
    """What is left out is imported and read only by what is left out."""
    assert set(versions.CANNOT_JUDGE) == CANNOT_JUDGE
    for path in PACKAGE.rglob("*.py"):
        if top(path, PACKAGE) in CANNOT_JUDGE:
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        assert not CANNOT_JUDGE & set(imported(nodes)), path
        texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
        read = {text for text in texts if isinstance(text, str) and text.endswith(".md")}
        assert not read | ({"template"} & texts) or path.name in THE_LISTS, path


def imported(nodes: list[ast.AST]) -> Iterator[str]:
    """Every part of the name of every module that is imported, or of what is taken from it."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            for name in (*(alias.name for alias in node.names), module or ""):
                yield from name.split(".")


def test_the_version_is_the_same_wherever_it_is_installed(
    copy: Path, assignment: Assignment, now: Callable[[], str]
) -> None:
    program = (
        "import sys, pathlib; from autograder.assignment import load_assignment as load;"
        "from autograder.grading import grader_version as version;"
        "print(version(load(pathlib.Path(sys.argv[1]))))"
    )

    def elsewhere() -> str:
        command = [sys.executable, "-c", program, str(assignment.folder)]
        done = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert elsewhere() == now()
    change(copy / "sandbox" / "inside_seccomp.py")
    assert elsewhere() == now()


DECLARED = "files/rows.csv"
JUDGING = ("checks.py", "assignment.toml", "helpers/deep.py", "ramp.json", DECLARED, ".kept")


@pytest.fixture
def furnished(assignment: Assignment) -> Assignment:
    """With modules and data beside the checks, declared and not, and a bank."""
    folder = assignment.folder
    toml = folder / "assignment.toml"
    declared = f'files = ["{DECLARED}", ".kept"]\n'
    toml.write_text(declared + toml.read_text(encoding="utf-8"), encoding="utf-8")
    for name in (*JUDGING[2:], "wrong/twice.py", "right/loops.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("1\n", encoding="utf-8")
    return load_assignment(folder)


@pytest.mark.parametrize("name", JUDGING)
def test_every_file_beside_the_checks_counts(furnished: Assignment, name: str) -> None:
    before = grader_version(furnished)
    change(furnished.folder / name)
    assert grader_version(load_assignment(furnished.folder)) != before


def test_of_the_notebook_the_code_counts_and_not_the_prose(furnished: Assignment) -> None:
    seen = []
    for said, code in (("Twice.", SOLVED), ("Two times.", SOLVED), ("Twice.", SOLVED[:1])):
        cells = [cell(said, kind="markdown"), *map(cell, code)]
        furnished.notebook_path.write_bytes(upload(*cells))
        seen.append(grader_version(furnished))
    assert seen[0] == seen[1] != seen[2]


def test_banks_records_and_leftovers_of_an_assignment_do_not_count(furnished: Assignment) -> None:
    before = grader_version(furnished)
    for name in ("wrong/twice.py", "right/loops.py"):
        change(furnished.folder / name)
    for name in (*LEFTOVERS, ".validated.json", "__pycache__/checks.cpython-311.pyc"):
        (furnished.folder / name).parent.mkdir(exist_ok=True)
        (furnished.folder / name).write_bytes(b"left behind")
    assert grader_version(furnished) == before


def test_files_behind_linked_folders_count_under_each_name(
    furnished: Assignment, tmp_path: Path
) -> None:
    folder, deep = furnished.folder, tmp_path / "shared" / "deep"
    for name in ("first", "second"):
        (deep / name).mkdir(parents=True)
        (deep / name / "helper.py").write_text(f"{name} = 1\n", encoding="utf-8")
    (tmp_path / "shared" / "newest").symlink_to(deep / "first")
    (folder / "shared").symlink_to(tmp_path / "shared")
    seen = [grader_version(furnished)]
    change(deep / "second" / "helper.py")
    seen.append(grader_version(furnished))
    (tmp_path / "shared" / "newest").unlink()
    (tmp_path / "shared" / "newest").symlink_to(deep / "second")
    seen.append(grader_version(furnished))
    (folder / "shared").unlink()
    seen.append(grader_version(furnished))
    assert len(set(seen)) == len(seen)


def test_links_in_a_circle_end_and_what_lies_in_it_counts(
    furnished: Assignment, tmp_path: Path
) -> None:
    folder, away = furnished.folder, tmp_path / "away"
    away.mkdir()
    (folder / "itself").symlink_to(folder)
    (folder / "helpers" / "up").symlink_to("..")
    (folder / "nowhere").symlink_to("nowhere")
    (folder / "away").symlink_to(away)
    (away / "back").symlink_to(folder / "helpers")
    before = grader_version(furnished)
    (away / "rules.py").write_text("1\n", encoding="utf-8")
    assert grader_version(furnished) != before


@pytest.fixture
def oracle(
    tmp_path: Path, furnished: Assignment, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Puts a package and a module that the checks import into a folder of the search path."""
    checks = furnished.checks_path
    checks.write_text(f"import truth, plain\n{checks.read_text(encoding='utf-8')}", "utf-8")

    def install(place: str) -> Path:
        folder = tmp_path / place
        (folder / "truth" / "data").mkdir(parents=True)
        for name in ("truth/__init__.py", "truth/data/rows.npz", "plain.py"):
            (folder / name).write_text("1\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))
        return folder

    return install


ORACLE = ("truth/__init__.py", "truth/data/rows.npz", "plain.py")


@pytest.mark.parametrize("name", ORACLE)
def test_code_and_data_of_the_oracle_count(
    oracle: Callable[..., Path], now: Callable[[], str], name: str
) -> None:
    folder = oracle("beside")
    before = now()
    change(folder / name)
    assert now() != before


def test_the_oracle_counts_when_it_is_installed_with_heldout_and_no_other_project(
    oracle: Callable[..., Path], now: Callable[[], str]
) -> None:
    folder = oracle("lib/site-packages")
    info = folder / "heldout-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: heldout\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("truth/__init__.py,,\ntruth/data/rows.npz,,\n")
    seen: list[Any] = [now()]
    change(folder / "truth" / "data" / "rows.npz")
    seen.append(now())
    change(folder / "plain.py")
    seen.append(now())
    assert seen[0] != seen[1] == seen[2]


def test_the_checker_and_the_pool_agree_when_checks_bring_a_package(assignment: Assignment) -> None:
    (assignment.folder / "helpers").mkdir()
    (assignment.folder / "helpers" / "__init__.py").write_text("FACTOR = 2\n", encoding="utf-8")
    checks = assignment.checks_path
    checks.write_text(f"import helpers\n{checks.read_text(encoding='utf-8')}", encoding="utf-8")
    with GradingPool(workers=1, seed=b"secret") as pool:
        result = pool.grade(assignment, written(*SOLVED))
    assert result.score == 3.0
    assert result.grader_version == grader_version(assignment)


def test_the_files_alone_have_a_version_that_no_library_or_grader_changes(
    assignment: Assignment, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_version(assignment), grader_version(assignment)
    (copy / "comparison.py").write_text("# another grader\n", encoding="utf-8")
    monkeypatch.setattr(versions, "_installed", lambda name: "another")
    forget()
    assert files_version(assignment) == before[0]
    assert grader_version(assignment) != before[1]
    with assignment.checks_path.open("a", encoding="utf-8") as checks:
        checks.write("# changed\n")
    assert files_version(assignment) != before[0]
