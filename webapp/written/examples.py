"""Examples of proposals that students see: the usual ones, or the course's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import ProposalExamples

MOST_EXAMPLES, LONGEST_TITLE, LONGEST_TEXT = 30, 160, 1000


class ExamplesError(ValueError):
    """A list of examples is none: one sentence."""


@dataclass(frozen=True)
class Example:
    """A proposal that nobody handed in: a title, and what it would do."""

    title: str
    text: str


USUAL = (
    Example(
        "Hear the bearing before it breaks",
        "A recurrent network listens to the vibration of factory motors and says days ahead which "
        "bearing will fail.",
    ),
    Example(
        "A second pair of eyes for eye doctors",
        "A convolutional network sorts retinal photographs so that the likeliest cases of diabetic "
        "damage are read first.",
    ),
    Example(
        "Which road floods next",
        "Rain radar, terrain and street cameras feed a model that warns drivers street by street.",
    ),
    Example(
        "Sketch to circuit",
        "A network reads a hand-drawn schematic and writes the netlist that a simulator can run.",
    ),
    Example(
        "Quiet greenhouses",
        "Reinforcement learning moves the vents and lamps of a greenhouse to save energy while "
        "the plants keep their climate.",
    ),
)


def examples_of(session: Session, course_id: int) -> list[Example]:
    """The examples that a course shows."""
    statement = sa.select(ProposalExamples.content).where(ProposalExamples.course_id == course_id)
    kept = session.scalar(statement)
    return list(USUAL) if kept is None else examples_in(kept)


def as_text(examples: list[Example]) -> str:
    """Examples as staff edit them: a line of title, lines of text, and an empty line between."""
    return "\n\n".join(f"{example.title}\n{example.text}" for example in examples)


def examples_in(text: str) -> list[Example]:
    """The examples of a text as staff edit it."""
    blocks, lines = [], [line.strip() for line in text.splitlines()]
    block: list[str] = []
    for line in [*lines, ""]:
        if line:
            block.append(line)
        elif block:
            blocks.append(Example(block[0], " ".join(block[1:])))
            block = []
    return blocks


def fitting_examples(examples: Iterable[Example]) -> list[Example]:
    """Examples for a list, none empty; raises ExamplesError."""
    found = [example for example in examples if example.title or example.text]
    if len(found) > MOST_EXAMPLES:
        raise ExamplesError(f"There are {len(found)} examples, expected at most {MOST_EXAMPLES}.")
    for example in found:
        _check(example)
    return found


def _check(example: Example) -> None:
    called = f"the example {example.title[:40]!r}"
    if not example.title:
        raise ExamplesError(f"The example that begins {example.text[:40]!r} has no title.")
    if not example.text:
        raise ExamplesError(f"Write the text of {called} on the lines below its title.")
    for what, given, most in (
        ("title", example.title, LONGEST_TITLE),
        ("text", example.text, LONGEST_TEXT),
    ):
        if len(given) > most:
            raise ExamplesError(
                f"The {what} of {called} has {len(given)} characters, expected at most {most}."
            )
