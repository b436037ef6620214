"""`make bench-security`: the corpus' forging and stealing attacks on three graders, in one run."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from rich.console import Console

from autograder.submitted.notebook import parse_notebook
from tests import submissions
from tests.bench.security import nbgrader, otter, report
from tests.bench.security.attacks import SOLVED, Attack, Canaries, attacks, controls
from tests.bench.security.environments import SetupFailed, environment, shared_requirements
from tests.bench.security.heldout import Heldout
from tests.bench.security.hidden import hidden_tests
from tests.bench.security.nbgrader import Nbgrader
from tests.bench.security.otter import Otter
from tests.bench.security.peer import PeerFailed
from tests.bench.security.system import Graded, Grader

_SEED = "the seed of the comparison"
_console = Console()


@click.command()
@click.option("--folder", default=Path(".bench/security"), type=click.Path(path_type=Path))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1))
@click.option("--only", default="", help="Only attacks whose name holds this text.")
def main(folder: Path, jobs: int, only: str) -> None:
    """Count the attacks that raise a score or learn a secret in Heldout, nbgrader and Otter."""
    folder.mkdir(parents=True, exist_ok=True)
    canaries = Canaries.planted(secrets.token_hex(4))
    chosen = [attack for attack in attacks() if only in attack.name]
    try:
        # Below the checkout, where attacks look for files, and not in a folder for scratch.
        with tempfile.TemporaryDirectory(prefix="run-", dir=folder.resolve()) as name:
            graders = _graders(folder, canaries, Path(name))
            graded = _grade_all(graders, controls(), Path(name), jobs)
            for grader, of_controls in graded.items():
                report.require_controls(grader, of_controls)
            for grader, of_attacks in _grade_all(graders, chosen, Path(name), jobs).items():
                graded[grader] |= of_attacks
        found = report.report(chosen, graded, canaries)
    except (SetupFailed, PeerFailed, report.Refused) as error:
        raise click.ClickException(str(error)) from None
    report.show(found, _console)
    versions = [nbgrader.PINNED, otter.PINNED, *shared_requirements()]
    file = folder / "security.json"
    report.write(found, {"versions": versions, "seed": _SEED}, file)
    _console.print(f"Written to {file}.", highlight=False)


def _graders(folder: Path, canaries: Canaries, place: Path) -> list[Grader]:
    """Heldout, and the peers with hidden tests of the numbers that it draws for the solution."""
    _console.print("environments …")
    of_nbgrader = environment("nbgrader", nbgrader.PINNED, folder)
    of_otter = environment("otter", otter.PINNED, folder)
    assignment = submissions.assignment()
    solved = next(control for control in controls() if control.name == SOLVED)
    tests = hidden_tests(
        assignment,
        seed=_SEED.encode(),
        digest=parse_notebook(solved.notebook).digest,
        canary=canaries.hidden_tests,
    )
    return [
        Heldout(assignment, _SEED, canaries, place / "heldout"),
        Nbgrader(of_nbgrader, tests, canaries, place / "nbgrader"),
        Otter(of_otter, tests, canaries, place / "otter"),
    ]


def _grade_all(
    graders: Sequence[Grader], notebooks: Sequence[Attack], place: Path, jobs: int
) -> dict[str, dict[str, Graded]]:
    """Every notebook through every grader, `jobs` at once."""

    def grade(grader: Grader, notebook: Attack) -> Graded:
        with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as name:
            return grader.grade(notebook, Path(name))

    threads = ThreadPoolExecutor(jobs)
    try:
        waiting = {
            (grader.name, notebook.name): threads.submit(grade, grader, notebook)
            for notebook in notebooks
            for grader in graders
        }
        found: dict[str, dict[str, Graded]] = {grader.name: {} for grader in graders}
        for (grader, notebook), future in waiting.items():
            found[grader][notebook] = future.result()
            _console.print(f"{grader}: {notebook} {found[grader][notebook].score}")
    finally:
        threads.shutdown(cancel_futures=True)
    return found


if __name__ == "__main__":
    main()
