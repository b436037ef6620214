"""The house keeps its shape: who may import whom, and what the inside of the sandbox may know."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSIDE = sorted((ROOT / "autograder" / "sandbox").glob("inside_*.py"))
CHECKS = sorted((ROOT / "assignments").glob("*/*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, relative ones with their leading dot."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level
            names = [alias.name for alias in node.names] if not node.module else [node.module]
            yield from (f"{prefix}{name}" for name in names)


def test_packages_import_only_in_the_allowed_direction() -> None:
    # In a process of its own: it silences the loggers of the one it runs in.
    command = [sys.executable, "-c", "from importlinter import cli; cli.lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.stem)
def test_the_inside_of_the_sandbox_knows_only_the_wire(path: Path) -> None:
    allowed = {".wire", *(f".{module.stem}" for module in INSIDE)}
    ours = {name for name in imported(path) if name.startswith(".") or "autograder" in name}
    assert ours <= allowed


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_checks_use_only_the_reference_and_the_check_helpers(path: Path) -> None:
    packages = {"autograder", "assignments", "reference", "webapp"}
    ours = {name for name in imported(path) if name.split(".")[0] in packages}
    assert ours <= {"autograder.checks", "reference", "reference.arrays", "reference.data"}


@pytest.mark.slow
@pytest.mark.parametrize("module", ["webapp", "webapp.cli", "autograder.cli"])
def test_starting_up_imports_nothing_heavy(module: str) -> None:
    heavy = {"torch", "nbgrader", "IPython", "matplotlib", "reference"}
    program = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []


def test_no_pickle_near_the_boundary() -> None:
    banned = {"pickle", "dill", "cloudpickle", "marshal", "shelve"}
    for path in (ROOT / "autograder").rglob("*.py"):
        assert not banned & set(imported(path)), path


def test_a_migration_imports_no_code_that_goes_on_changing() -> None:
    versions = sorted((ROOT / "webapp" / "migrations" / "versions").glob("*.py"))
    assert versions
    for path in versions:
        found = set(imported(path))
        assert not [name for name in found if name.startswith(".")], path
        assert not {"webapp", "autograder", "reference"} & {n.split(".")[0] for n in found}, path
        assert "importlib" not in {name.split(".")[0] for name in found}, path


WEBAPP = ROOT / "webapp"
SHOWN = sorted(
    path
    for path in WEBAPP.rglob("*.py")
    if path.stem.split("_")[-1] in ("pages", "api") and path.parent != WEBAPP
)
WRITES = {"commit", "flush", "rollback", "add", "add_all", "delete", "merge"}
STATEMENTS = {"insert", "update", "delete"}
# Besides operations: the frame of a change, what the queue, the worker and long work keep while
# they run, and the demo's sample data.
MAY_COMMIT = {
    "base/database.py",
    *("queue/jobs.py", "queue/workers.py", "grading/results.py", "similarity/work.py"),
    "versions/work.py",
    *("demo/board.py", "demo/course.py", "demo/requests.py", "demo/similarity.py"),
    "demo/written.py",
}


# What somebody does, what is selected, and the kinds of work: on whatever session they are given.
GIVEN_A_SESSION = sorted(
    path
    for path in WEBAPP.rglob("*.py")
    if path.stem.split("_")[-1] in ("operations", "queries") or path.parent.name == "kinds"
    if path != WEBAPP / "api" / "operations.py"  # the frame of an operation of the API
)
OF_A_REQUEST = {"flask", "flask_login", "werkzeug.exceptions", "webapp.base.database.db"}


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """What a file calls, as the name before the last point and the name after it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value).split(".")[-1], node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_pages_and_api_only_parse_and_show(path: Path) -> None:
    written = [
        f"{owner}.{name}"
        for owner, name in calls(path)
        if (owner == "session" and name in WRITES)
        or (owner == "sa" and name in STATEMENTS)
        or name in ("record", "record_by", "change")
    ]
    assert written == [], "what somebody does belongs into an operation"


def test_nothing_but_the_list_of_blueprints_imports_a_page_or_an_api() -> None:
    shown = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SHOWN}
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in WEBAPP.rglob("*.py")
        if path.name != "blueprints.py"
        for name in imported_names(path) & shown
    }
    assert found == set()


def imported_names(path: Path) -> set[str]:
    """The modules that a file imports, and what it imports from them."""
    found = set(imported(path))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_only_operations_and_what_is_listed_commit() -> None:
    found = {
        str(path.relative_to(WEBAPP))
        for path in WEBAPP.rglob("*.py")
        if any(name in ("commit", "change") and owner != "self" for owner, name in calls(path))
        and "operations" not in path.stem
    }
    assert found == MAY_COMMIT


@pytest.mark.parametrize(
    "path", GIVEN_A_SESSION, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_operations_and_queries_know_no_request(path: Path) -> None:
    found = imported_names(path) & OF_A_REQUEST
    assert found == set(), "take the session as an argument, and raise Missing"
