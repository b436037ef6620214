"""What `heldout validate` says of adversaries and mutants."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from autograder.proof.bounds import FIFTH
from autograder.proof.validate import Report


def print_adversaries(console: Console, report: Report) -> None:
    """Those that earned something, question by question, in per cent of its points."""
    earning = {name: shares for name, shares in report.adversaries.items() if any(shares.values())}
    if earning:
        table = Table(title="What adversaries earn (% of a question)", title_justify="left")
        table.add_column("adversary")
        questions = [question.name for question in report.assignment.auto_questions]
        for number in range(1, len(questions) + 1):
            table.add_column(str(number), justify="right")
        for name, shares in earning.items():
            table.add_row(name, *[_per_cent(shares.get(question, 0.0)) for question in questions])
        console.print(table)
    count, none = len(report.adversaries), len(report.adversaries) - len(earning)
    if count:
        text = f"Adversaries: {count} kinds, {none} of which earn nothing"
        console.print(f"{text}; each may earn {FIFTH:.0%} of a question.", highlight=False)
    for each in report.assignment.exceptions:
        text = f"Excepted: {', '.join(each.adversaries)} in {each.question}, up to {each.bound:.0%}"
        console.print(f"{text}: {each.reason}", highlight=False, markup=False)


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f}" if share else ""


def print_mutants(console: Console, report: Report) -> None:
    """How many were made and killed, and how many excuses there are."""
    found = report.mutants
    if found is None:
        console.print("Mutants: not tried (--mutants MINUTES).", highlight=False)
        return
    left = f", {found.untried} left for more minutes" if found.untried else ""
    console.print(
        f"Mutants: {found.made} made, {found.killed} killed, {len(found.equivalent)} equivalent, "
        f"{len(found.unexcused)} survive without an excuse{left}.",
        highlight=False,
    )
