"""The grader version: what a score depends on besides the submission and the seed."""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
import threading
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from autograder.assignment import Assignment, is_beside_packages
from autograder.grading.judging_files import (
    State,
    add_content,
    add_files,
    content_of,
    judging_files,
    state_of,
)
from autograder.submitted.notebook import NotebookRejected, parse_notebook

_PACKAGE = Path(__file__).resolve().parent.parent
# Commands, what `heldout new` copies, and who wrote alike: nothing that judges imports them.
CANNOT_JUDGE = ("cli", "similarity", "template")
# What an author says of mutants in an assignment's folder judges nobody, as the banks do not.
EXCUSES = "equivalent.toml"
_LIBRARIES = ("numpy", "torch")
_parsing = threading.Lock()


def grader_version(assignment: Assignment) -> str:
    """Heldout's version and a hash over everything that judges: code, checks, oracle, libraries.

    Scores of equal versions are comparable; a changed check, limit, reference or grader gives
    another. Of the assignment's folder everything counts but the banks, the excused mutants and
    the notebook's prose. Raises AssignmentError, in one sentence, when something cannot be read.
    """
    states = _states(assignment)
    # One at a time: Python 3.11 may fail with a SystemError when two threads parse at once.
    with _parsing:
        return _version(assignment.notebook_path, tuple(states), tuple(states.values()))


def files_version(assignment: Assignment) -> str:
    """A hash over what judges in the assignment's folder alone, whatever grades it.

    Machines that have the same folder have the same, also where their libraries differ.
    Raises AssignmentError as `grader_version` does.
    """
    states = _states(assignment)
    with _parsing:
        own = _own_digest(assignment.notebook_path, tuple(states), tuple(states.values()))
    return own.hex()[:16]


def _states(assignment: Assignment) -> dict[Path, State]:
    """What judges in the folder, with what changes when one of it is written."""
    banks = (assignment.wrong_path.name, assignment.right_path.name)
    found = judging_files(assignment.folder, leave_out=banks)
    found.pop(assignment.folder / EXCUSES, None)
    declared = {assignment.folder / name for name in assignment.files}.difference(found)
    if declared:
        assignment.data_files()  # says which of them is no data file
    return {**found, **{path: state_of(path) for path in sorted(declared)}}


@functools.lru_cache(maxsize=64)
def _own_digest(notebook: Path, files: tuple[Path, ...], states: tuple[State, ...]) -> bytes:
    """Files are read again only when the state of one has changed."""
    digest = hashlib.sha256()
    add_files(digest, notebook.parent, (path for path in files if path != notebook))
    if notebook in files:
        add_content(digest, "notebook", _code_of(notebook))
    return digest.digest()


@functools.lru_cache(maxsize=64)
def _version(notebook: Path, files: tuple[Path, ...], states: tuple[State, ...]) -> str:
    folder = notebook.parent
    digest = hashlib.sha256(_code_digest() + _own_digest(notebook, files, states))
    modules = [path for path in files if path.suffix == ".py"]
    for name in sorted({name for path in modules for name in _imported(path)}):
        # Checks find what lies beside them first, and that is hashed already.
        if not (folder / name).is_dir() and folder / f"{name}.py" not in files:
            digest.update(_oracle_digest(name))
    return f"{_installed('heldout')}+{digest.hexdigest()[:12]}"


def _code_of(notebook: Path) -> bytes:
    """The model solution, by which a broken check is told from broken work."""
    data = content_of(notebook)
    try:
        cells = parse_notebook(data).code_cells
    except NotebookRejected:
        return data
    return "\0".join(cell.source for cell in cells).encode("utf-8", "surrogatepass")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "0"


@functools.cache
def _code_digest() -> bytes:
    versions = [_installed(name) for name in _LIBRARIES]
    digest = hashlib.sha256("\0".join(versions).encode())
    add_files(digest, _PACKAGE, judging_files(_PACKAGE, leave_out=CANNOT_JUDGE))
    return digest.digest()


def _imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module of the assignment imports."""
    try:
        tree = ast.parse(content_of(path))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@functools.cache
def _oracle_digest(name: str) -> bytes:
    """The code and data of a package beside Heldout that checks import, not of an installed one."""
    if name in sys.stdlib_module_names or name == "autograder":
        return b""
    spec = find_spec(name)
    digest = hashlib.sha256()
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    for place in filter(_is_beside_us, places):
        add_files(digest, place, judging_files(place))
    if spec and not places and spec.origin and _is_beside_us(Path(spec.origin)):
        add_content(digest, name, content_of(Path(spec.origin)))
    return digest.digest()


def _is_beside_us(place: Path) -> bool:
    """Whether the package is no other project's: ours may be installed like theirs."""
    return not is_beside_packages(place) or place.name in _shipped()


@functools.cache
def _shipped() -> frozenset[str]:
    """What an installed Heldout brings: its packages, and the reference among them."""
    try:
        files = metadata.files("heldout") or []
    except metadata.PackageNotFoundError:
        return frozenset()
    return frozenset(path.parts[0] for path in files)
