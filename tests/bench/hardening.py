"""What the hardening costs: `python -m tests.bench.hardening [--json FILE]`.

One checker grades the same notebooks in two warm sandboxes, the product's and one without its
hardening, in turns, so that whatever the machine does meanwhile meets both alike.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from autograder.assignment import Assignment, find_assignment
from autograder.grading.checker import Checker, warm_modules
from autograder.grading.plugin import CheckPlugin, run_session
from autograder.grading.protocol import Job
from autograder.receipt import ONE_THREAD
from autograder.sandbox.inside_confine import Confinement
from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_session import Session
from tests.bench import unhardened
from tests.bench.corpus import Sample, corpus, require_right

_PROBE = """
import resource
lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
print(lines["Seccomp"].strip() == "2", limited)
"""


@dataclass(frozen=True)
class Cost:
    """Seconds per submission (medians of the rounds) and the rounds' ratios."""

    hardened: float
    unhardened: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How much longer a submission takes hardened, as the median of the rounds."""
        return statistics.median(self.ratios)


def is_hardened(sandbox: Sandbox) -> bool:
    """Whether a submission there runs behind the filter and the limits."""
    session = Session(sandbox, Confinement(memory_mb=512, processes=32, cpu_seconds=60))
    try:
        reply = session.run_cell(_PROBE, 1, seconds=60, limit=100)
    finally:
        session.close()
    answers = {"True True": True, "False False": False}
    return answers[reply.outputs[0][2].strip()]


@contextlib.contextmanager
def both(assignment: Assignment) -> Iterator[tuple[Sandbox, Sandbox]]:
    """A hardened and an unhardened sandbox, warm, and proved to be what they are called."""
    modules, files = warm_modules(assignment), assignment.data_files()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="heldout-unhardened-"))
        os.chmod(folder, 0o755)
        hardened = stack.enter_context(Sandbox(assignment.packages, modules, files=files))
        with unhardened.mounted(unhardened.write_inside(Path(folder))):
            plain = stack.enter_context(Sandbox(assignment.packages, modules, files=files))
        if not is_hardened(hardened) or is_hardened(plain):
            raise unhardened.NothingToReplace("the two sandboxes do not differ as they must")
        yield hardened, plain


def measure(assignment: Assignment, samples: Sequence[Sample], rounds: int) -> Cost:
    """Grade every notebook in both, `rounds` times after a round that warms up."""
    found: list[tuple[float, float]] = []

    def loop(plugin: CheckPlugin) -> None:
        with both(assignment) as (hardened, plain):
            checkers = [Checker(assignment, plugin, sandbox) for sandbox in (hardened, plain)]
            for number in range(rounds + 1):
                found.append(_round(checkers, samples, number))

    run_session(assignment, loop)
    return Cost(
        statistics.median(hardened for hardened, _ in found[1:]),
        statistics.median(plain for _, plain in found[1:]),
        tuple(hardened / plain for hardened, plain in found[1:]),
    )


def _round(
    checkers: Sequence[Checker], samples: Sequence[Sample], number: int
) -> tuple[float, float]:
    seconds = [0.0, 0.0]
    for place, sample in enumerate(samples):
        # Neither is always the one that finds the caches warm.
        for which in (0, 1) if (place + number) % 2 else (1, 0):
            seconds[which] += _seconds(checkers[which], sample, plain=which == 1)
    hardened, plain = (total / len(samples) for total in seconds)
    return hardened, plain


def _seconds(checker: Checker, sample: Sample, *, plain: bool) -> float:
    cpus = tuple(sorted(os.sched_getaffinity(0)))
    job = Job(sample.name, sample.data, (b"hardening",), False, cpus)
    with unhardened.without_survey() if plain else contextlib.nullcontext():
        started = time.perf_counter()
        (result,) = checker.check(job, lambda step: None)
        took = time.perf_counter() - started
    require_right(sample, result)
    return took


@click.command()
@click.option("--assignment", default="a01_perceptron", show_default=True)
@click.option("--notebooks", default=24, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--json", "file", type=click.Path(path_type=Path))
def main(assignment: str, notebooks: int, rounds: int, file: Path | None) -> None:
    """Time the same notebooks with and without the hardening, in turns."""
    os.environ.update(ONE_THREAD)
    answers, sys.stdout = sys.stdout, sys.stderr
    described = find_assignment(assignment)
    cost = measure(described, corpus(described, notebooks), rounds)
    sys.stdout = answers
    click.echo(f"{assignment}: {notebooks} notebooks, {rounds} rounds in turns")
    click.echo(f"hardened:   {cost.hardened:.4f} s per submission")
    click.echo(f"unhardened: {cost.unhardened:.4f} s per submission")
    spread = f"{min(cost.ratios):.3f} to {max(cost.ratios):.3f}"
    click.echo(f"ratio:      {cost.ratio:.3f} (rounds from {spread})")
    if file is not None:
        conditions = {"processors": os.cpu_count(), "load": os.getloadavg()}
        document = {**asdict(cost), "ratio": cost.ratio, "conditions": conditions}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
