"""The grader version: what a score depends on besides the submission and the seed."""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
import threading
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from autograder.assignment import Assignment

_JUDGES = ("*.py", "sandbox/*.py", "grading/*.py")
_LIBRARIES = ("numpy", "torch")
_parsing = threading.Lock()


def grader_version(assignment: Assignment) -> str:
    """Heldout's version and a hash over everything that judges: code, checks, oracle, libraries.

    Scores of equal versions are comparable; a changed check, limit, reference or grader gives
    another.
    """
    folder = assignment.folder
    modules = sorted(folder.glob("*.py"))
    data = [folder / name for name in sorted(assignment.files)]
    files = (folder / "assignment.toml", *modules, *data)
    # One at a time: Python 3.11 may fail with a SystemError when two threads parse at once.
    with _parsing:
        return _version(files, tuple(map(_state, files)))


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written: it is read again only then."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=64)
def _version(files: tuple[Path, ...], states: tuple[tuple[int, int, int], ...]) -> str:
    digest = hashlib.sha256(_code_digest())
    _add(digest, files)
    modules = [path for path in files if path.suffix == ".py"]
    for name in sorted({name for path in modules for name in _imported(path)}):
        digest.update(_oracle_digest(name))
    return f"{_installed('heldout')}+{digest.hexdigest()[:12]}"


def _add(digest: hashlib._Hash, paths: Iterable[Path]) -> None:
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "0"


@functools.cache
def _code_digest() -> bytes:
    root = Path(__file__).resolve().parent.parent
    versions = [_installed(name) for name in _LIBRARIES]
    digest = hashlib.sha256("\0".join(versions).encode())
    for pattern in _JUDGES:
        _add(digest, sorted(root.glob(pattern)))
    return digest.digest()


def _imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module of the assignment imports."""
    try:
        tree = ast.parse(path.read_bytes())
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
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if "site-packages" not in Path(place).parts:
            files = sorted(path for path in Path(place).rglob("*") if path.is_file())
            _add(digest, [path for path in files if "__pycache__" not in path.parts])
    return digest.digest()
