"""Loading an assignment: a folder with `assignment.toml`, its source notebook and its checks."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INSTALLED = {"site-packages", "dist-packages"}
_KEYS = {"title", "packages", "limits", "questions", "files", "needs", "exceptions"}
# What an assignment may need of the machine that grades it; the first unless it says otherwise.
NEEDS = ("cpu", "gpu")


class AssignmentError(Exception):
    """An assignment is missing or its description is wrong: one sentence for its author."""


@dataclass(frozen=True)
class Question:
    """A question of the curriculum; `kind` is `auto` (hidden checks) or `manual` (staff)."""

    name: str
    points: float
    kind: str = "auto"
    title: str = ""
    call_seconds: float | None = None


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds of wall clock, megabytes, processes, kilobytes."""

    cell_seconds: float = 20.0
    call_seconds: float = 10.0
    total_seconds: float = 120.0
    memory_mb: int = 1024
    processes: int = 32
    output_kb: int = 1024


@dataclass(frozen=True)
class Exemption:
    """What adversaries of these names may earn of a question after all, and why."""

    question: str
    adversaries: tuple[str, ...]
    bound: float
    reason: str


@dataclass(frozen=True)
class Assignment:
    """Everything an assignment declares; the folder's name is its id.

    `needs` is `gpu` where grading takes a CUDA device, else `cpu`: workers are chosen by it.
    """

    id: str
    title: str
    folder: Path
    packages: tuple[str, ...]
    limits: Limits
    questions: tuple[Question, ...]
    files: tuple[str, ...] = ()
    needs: str = NEEDS[0]
    exceptions: tuple[Exemption, ...] = ()

    @property
    def notebook_path(self) -> Path:
        """The nbgrader source notebook, solutions included."""
        return self.folder / f"{self.id}.ipynb"

    @property
    def checks_path(self) -> Path:
        """The hidden checks."""
        return self.folder / "checks.py"

    @property
    def wrong_path(self) -> Path:
        """The bank of wrong solutions."""
        return self.folder / "wrong"

    @property
    def right_path(self) -> Path:
        """The bank of correct solutions in other styles."""
        return self.folder / "right"

    def data_files(self) -> dict[str, Path]:
        """The declared data files by name, which students may read; raises AssignmentError."""
        return {name: self._data_file(name) for name in self.files}

    def _data_file(self, name: str) -> Path:
        folder = self.folder.resolve()
        path = (folder / name).resolve()
        secret = (self.notebook_path, self.checks_path)
        banks = (self.wrong_path, self.right_path)
        inside = path.is_relative_to(folder) and ".." not in Path(name).parts
        if not inside or path in secret or any(path.is_relative_to(bank) for bank in banks):
            raise AssignmentError(f"{name!r} is no data file of {self.id}")
        if not path.is_file():
            raise AssignmentError(f"the data file {name} of {self.id} does not exist")
        return path

    @property
    def max_score(self) -> float:
        """Automatic and manual points together."""
        return sum(question.points for question in self.questions)

    @property
    def auto_questions(self) -> tuple[Question, ...]:
        """The questions that hidden checks decide."""
        return tuple(q for q in self.questions if q.kind == "auto")

    @property
    def manual_questions(self) -> tuple[Question, ...]:
        """The questions that staff grade."""
        return tuple(q for q in self.questions if q.kind == "manual")


def assignments_folder() -> Path:
    """The folder of assignments: HELDOUT_ASSIGNMENTS, else `assignments/` beside the packages."""
    setting = os.environ.get("HELDOUT_ASSIGNMENTS")
    return Path(setting) if setting else Path(__file__).resolve().parent.parent / "assignments"


def is_beside_packages(folder: Path) -> bool:
    """Whether a folder lies where packages are installed, which is no place for one's own."""
    return bool(_INSTALLED & set(folder.parts))


def list_assignments(folder: Path | None = None) -> list[Assignment]:
    """Every assignment of the folder, sorted by id."""
    folder = folder or assignments_folder()
    _require_folder(folder)
    return [load_assignment(path.parent) for path in sorted(folder.glob("*/assignment.toml"))]


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise AssignmentError(
            f"there is no folder of assignments at {folder}: set HELDOUT_ASSIGNMENTS to yours"
        )


def find_assignment(name: str, folder: Path | None = None) -> Assignment:
    """The assignment of that id in the folder of assignments, or at that path."""
    folder = folder or assignments_folder()
    if _NAME.fullmatch(name) and (folder / name / "assignment.toml").is_file():
        return load_assignment(folder / name)
    if (Path(name) / "assignment.toml").is_file():
        return load_assignment(Path(name))
    _require_folder(folder)
    known = ", ".join(sorted(path.parent.name for path in folder.glob("*/assignment.toml")))
    raise AssignmentError(f"there is no assignment {name!r}; known: {known or 'none'}")


def load_assignment(folder: Path) -> Assignment:
    """Read `assignment.toml` strictly; raises AssignmentError with one sentence."""
    folder = folder.resolve()
    path = folder / "assignment.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} is not valid TOML: {error}") from None
    if not _NAME.fullmatch(folder.name):
        raise AssignmentError(
            f"{folder.name!r} cannot be an assignment's id: use lower-case letters, digits and _"
        )
    _only(table, _KEYS, where=path)
    needs = _text(table, "needs", where=path, default=NEEDS[0])
    if needs not in NEEDS:
        raise AssignmentError(f"{path}: needs is {needs!r}, expected {' or '.join(NEEDS)}")
    questions = _questions(table.get("questions", []), where=path)
    return Assignment(
        id=folder.name,
        title=_text(table, "title", where=path),
        folder=folder,
        packages=_names(table, "packages", where=path),
        limits=_limits(table.get("limits", {}), where=path),
        questions=questions,
        files=_names(table, "files", where=path),
        needs=needs,
        exceptions=_exceptions(table.get("exceptions", []), questions, where=path),
    )


def _only(table: Any, known: set[str], *, where: Path) -> None:
    if not isinstance(table, dict):
        raise AssignmentError(f"{where} has {table!r} where a table is expected")
    if unknown := sorted(set(table) - known):
        raise AssignmentError(f"{where} has an unknown key {unknown[0]!r}")


def _text(table: dict[str, Any], key: str, *, where: Path, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise AssignmentError(f"{where} needs the text {key!r}")
    return value


def _names(table: dict[str, Any], key: str, *, where: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise AssignmentError(f"{where}: {key!r} must be a list of texts")
    return tuple(value)


def _limits(table: dict[str, Any], *, where: Path) -> Limits:
    _only(table, {field.name for field in dataclasses.fields(Limits)}, where=where)
    for key, value in table.items():
        if not _is_positive(value):
            raise AssignmentError(f"{where}: the limit {key} is {value!r}, expected a number > 0")
    return Limits(**table)


def _is_positive(value: Any) -> TypeGuard[float]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0


def _questions(tables: Any, *, where: Path) -> tuple[Question, ...]:
    if not isinstance(tables, list) or not tables:
        raise AssignmentError(f"{where} names no [[questions]]")
    questions = tuple(_question(table, where=where) for table in tables)
    names = [question.name for question in questions]
    if len(set(names)) != len(names):
        raise AssignmentError(f"{where} names a question twice")
    return questions


def _question(table: dict[str, Any], *, where: Path) -> Question:
    _only(table, {"name", "points", "kind", "title", "call_seconds"}, where=where)
    name = _text(table, "name", where=where)
    points = table.get("points")
    kind = table.get("kind", "auto")
    if not _NAME.fullmatch(name):
        raise AssignmentError(f"{where}: {name!r} cannot be a question's name")
    if not _is_positive(points):
        raise AssignmentError(f"{where}: question {name} has points {points!r}, expected > 0")
    if kind not in ("auto", "manual"):
        raise AssignmentError(
            f"{where}: question {name} has kind {kind!r}, expected auto or manual"
        )
    call_seconds = table.get("call_seconds")
    if call_seconds is not None and not _is_positive(call_seconds):
        raise AssignmentError(
            f"{where}: question {name} has call_seconds {call_seconds!r}, expected a number > 0"
        )
    title = _text(table, "title", where=where, default=name.replace("_", " ").capitalize())
    return Question(name, points, kind, title, call_seconds)


def _exceptions(
    tables: Any, questions: tuple[Question, ...], *, where: Path
) -> tuple[Exemption, ...]:
    if not isinstance(tables, list):
        raise AssignmentError(f"{where}: exceptions is {tables!r}, expected [[exceptions]]")
    automatic = {question.name for question in questions if question.kind == "auto"}
    return tuple(_exception(table, automatic, where=where) for table in tables)


def _exception(table: Any, automatic: set[str], *, where: Path) -> Exemption:
    _only(table, {"question", "adversaries", "bound", "reason"}, where=where)
    question = _text(table, "question", where=where)
    reason = _text(table, "reason", where=where, default="").strip()
    bound = table.get("bound", 1)
    if question not in automatic:
        raise AssignmentError(f"{where} excepts the unknown question {question!r}")
    if not reason:
        raise AssignmentError(f"{where}: the exception for {question} gives no reason")
    if not _is_positive(bound) or bound > 1:
        raise AssignmentError(
            f"{where}: the exception for {question} has bound {bound!r}, expected a share up to 1"
        )
    adversaries = _names(table, "adversaries", where=where)
    if not adversaries:
        raise AssignmentError(f"{where}: the exception for {question} names no adversaries")
    return Exemption(question, adversaries, float(bound), reason)
