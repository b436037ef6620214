"""What a student should know before the first cell: what grades it, what to import, points."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.assignment import Assignment, Limits, Question
    from autograder.sandbox.outside_mounts import Package

HOW_IT_RUNS = (
    "Cells run from top to bottom as in Jupyter, and the last definition of a function counts.",
    "A module or magic that is not there costs the lines that need it; the rest of the cell runs.",
    "Any other error stops its cell, and only that.",
    "Nobody answers input(), and nothing can be installed.",
    "What should be graded must stand in code cells, a written answer in the cell meant for it.",
)
# Every submission finds it, also where an assignment does not name it.
_ALWAYS = "numpy"


@dataclass(frozen=True)
class About:
    """What grades an assignment: the interpreter of the sandbox, and the packages inside it.

    `packages` are those that the assignment names, `beneath` what these and the runner need.
    """

    id: str
    title: str
    python: str
    packages: tuple[Package, ...]
    beneath: tuple[Package, ...]
    questions: tuple[Question, ...]
    files: tuple[str, ...]
    limits: Limits

    @property
    def points(self) -> float:
        """What the questions give together."""
        return sum(question.points for question in self.questions)

    @property
    def how_it_runs(self) -> tuple[str, ...]:
        """What a student should know of grading, a sentence each."""
        return HOW_IT_RUNS

    @property
    def pinned(self) -> str:
        """The same packages for pip."""
        # `2.9.0+cpu` is a build of 2.9.0 that an index need not have.
        found = ((package.name, package.version.partition("+")[0]) for package in self.packages)
        return " ".join(f"{name}=={version}" for name, version in found)


def about(assignment: Assignment) -> About:
    """What grades an assignment, where the packages are installed as the workers have them."""
    from autograder.sandbox.outside_mounts import MountError, packages_inside

    try:
        inside = packages_inside(assignment.packages)
    except MountError:  # the web service may lack what the workers have
        inside = ()
    named = {_plain(name) for name in (*assignment.packages, _ALWAYS)}
    return About(
        assignment.id,
        assignment.title,
        platform.python_version(),
        tuple(package for package in inside if _plain(package.name) in named),
        tuple(package for package in inside if _plain(package.name) not in named),
        assignment.questions,
        assignment.files,
        assignment.limits,
    )


def readme(found: About) -> str:
    """The text that lies beside the notebook."""
    lines = [found.title, "=" * len(found.title), ""]
    lines += [f"{found.id}.ipynb is the notebook: fill it in and hand it in as it is named.", ""]
    if found.files:
        lines += [
            "Its data lies beside it, and lies there when it is graded too: "
            f"{', '.join(found.files)}.",
            "",
        ]
    lines += [f"It is graded with Python {found.python} and:", ""]
    lines += [f"    {package.name} {package.version}" for package in found.packages]
    if found.packages:
        lines += ["", "The same on your machine:", "", f"    python -m pip install {found.pinned}"]
    imports = sorted({name for package in found.packages for name in package.imports})
    lines += ["", f"You may import Python's standard library and: {', '.join(imports) or '-'}."]
    limits = found.limits
    lines += [
        f"A cell has {limits.cell_seconds:g} seconds, the whole notebook "
        f"{limits.total_seconds:g}, and {limits.memory_mb} MB of memory. There is no network.",
        "",
        *HOW_IT_RUNS,
        "",
        f"Questions ({found.points:g} points):",
        "",
    ]
    lines += [
        f"    {question.title}: {question.points:g}"
        + (", graded by hand" if question.kind == "manual" else "")
        for question in found.questions
    ]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
