"""What a submission can see: the system read-only, the interpreter, the allowed packages.

What a student may import is decided here and nowhere else: an assignment's packages and their
dependency closure are mounted, everything else is simply absent.
"""

from __future__ import annotations

import contextlib
import functools
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from . import outside_interpreter
from .inside_confine import FILES
from .outside_interpreter import LIBRARIES, PYTHON, emptied

SITE = "/heldout/site"
INSIDE = "/heldout/inside"
_RUNNER_NEEDS = ("ipython", "matplotlib-inline", "msgspec", "numpy")
_SYSTEM = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec")
_SYSTEM_FILES = ("/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_FOLDERS = (
    *("/usr", "/usr/share", "/etc", "/tmp", "/home", "/home/student", "/proc"),  # noqa: S108
    *("/heldout", SITE, FILES, INSIDE, f"{INSIDE}/heldout_inside", PYTHON, LIBRARIES),
)
_HIDDEN = ("/usr/lib/python3/dist-packages",)


class MountError(Exception):
    """A package that an assignment names is not installed: one sentence for its author."""


@dataclass(frozen=True)
class Package:
    """A package that a submission finds: its version, and the names that it is imported by."""

    name: str
    version: str
    imports: tuple[str, ...]


def arguments(packages: Iterable[str], files: Mapping[str, Path | int]) -> list[str]:
    """The arguments of bubblewrap that build the file system of the sandbox.

    `files` are the data that a submission finds in its working directory, by relative name: where
    they lie, or the descriptor that they are copied from.
    """
    # Folders are made before they are filled: bubblewrap would make them for their owner alone.
    words = [word for path in _FOLDERS for word in ("--dir", path)]
    words += [*_system(), *outside_interpreter.arguments(), *_inside()]
    for entry in package_entries(tuple(packages)):
        words += ["--ro-bind", str(entry), f"{SITE}/{entry.name}"]
    for name, source in files.items():
        folders = [str(folder) for folder in Path(name).parents if folder.name]
        words += [word for folder in reversed(folders) for word in ("--dir", f"{FILES}/{folder}")]
        if isinstance(source, int):
            words += ["--perms", "0444", "--ro-bind-data", str(source), f"{FILES}/{name}"]
        else:
            words += ["--ro-bind", str(source), f"{FILES}/{name}"]
    return words


@contextlib.contextmanager
def readable(files: Mapping[str, Path]) -> Iterator[dict[str, Path | int]]:
    """The data files as every user can read them: those that only their owner may read, opened."""
    with contextlib.ExitStack() as stack:
        found: dict[str, Path | int] = {}
        for name, path in files.items():
            public = path.stat().st_mode & stat.S_IROTH
            found[name] = path if public else stack.enter_context(path.open("rb")).fileno()
        yield found


def _system() -> Iterator[str]:
    for path in _SYSTEM:
        if Path(path).is_dir():
            yield from ("--ro-bind", path, path)
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        plain = Path("/", name)
        if plain.is_symlink():
            yield from ("--symlink", f"usr/{name}", str(plain))
        elif plain.is_dir():
            yield from ("--ro-bind", str(plain), str(plain))
    for path in _SYSTEM_FILES:
        yield from ("--ro-bind-try", path, path)
    for path in _HIDDEN:
        if Path(path).is_dir():
            yield from emptied(path)


def _inside() -> Iterator[str]:
    here = Path(__file__).parent
    target = f"{INSIDE}/heldout_inside"
    for path in [here / "wire.py", *sorted(here.glob("inside_*.py"))]:
        yield from ("--ro-bind", str(path), f"{target}/{path.name}")


@functools.cache
def package_entries(packages: tuple[str, ...]) -> tuple[Path, ...]:
    """The files and folders of the site directory that belong to the packages and their closure."""
    entries: set[Path] = set()
    for distribution in _closure((*_RUNNER_NEEDS, *packages)):
        for file in distribution.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__", "/") and not top.endswith(".pth"):
                entries.add(Path(str(distribution.locate_file(top))))
    return tuple(sorted(entry for entry in entries if entry.exists()))


@functools.cache
def packages_inside(packages: tuple[str, ...]) -> tuple[Package, ...]:
    """What a submission finds of an assignment with these packages, by name; raises MountError."""
    found = (
        Package(each.name, each.version, _imported_as(each))
        for each in _closure((*_RUNNER_NEEDS, *packages))
    )
    return tuple(sorted(found, key=lambda package: package.name.lower()))


def _imported_as(distribution: metadata.Distribution) -> tuple[str, ...]:
    # A folder with a point in its name, like `numpy.libs` or `numpy-2.0.dist-info`, is no package.
    names = {
        file.name.partition(".")[0] if len(file.parts) == 1 else file.parts[0]
        for file in distribution.files or ()
        if len(file.parts) > 1 or file.suffix in (".py", ".so")
    }
    return tuple(sorted(name for name in names if name.isidentifier() and name[0] != "_"))


def _closure(names: Iterable[str]) -> list[metadata.Distribution]:
    found: dict[str, metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        key = name.lower().replace("_", "-").replace(".", "-")
        if key in found:
            continue
        try:
            found[key] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise MountError(f"the package {name} is not installed") from None
        waiting += [
            need.name for need in map(Requirement, found[key].requires or ()) if _wanted(need)
        ]
    return list(found.values())


def _wanted(need: Requirement) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": ""})
