"""Written answers are found where they belong, and where they ended up instead."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.submitted.answers import Answer, find_answer, written_answer
from autograder.submitted.notebook import parse_notebook
from tests.autograder.uploads import cell, upload

GIVEN = frozenset(("The end.",))


def answer(*cells: dict[str, Any], question: str = "why") -> str | None:
    return written_answer(parse_notebook(upload(*cells)), question)


def markdown(source: str, grade_id: str | None = None) -> dict[str, Any]:
    metadata = {} if grade_id is None else {"nbgrader": {"grade_id": grade_id}}
    return cell(source, kind="markdown", metadata=metadata)


def test_written_answer_is_found_by_grade_id_whatever_the_line_says() -> None:
    assert answer(markdown("other", "x"), markdown("because", "why")) == "because"
    assert answer(markdown("**Answer (why):**\n\nbecause\n", "why")) == "because"


def test_written_answer_is_found_by_its_line_when_metadata_was_lost() -> None:
    assert answer(markdown("Intro"), markdown("**Answer (why):** because\n\nmore")) == (
        "because\n\nmore"
    )


def test_quoted_marker_elsewhere_does_not_shadow_the_answer_with_grade_id() -> None:
    text = "**Answer (why):** stands before your answer"
    assert answer(markdown(text, "intro"), markdown("because", "why")) == "because"
    assert answer(markdown("write `**Answer (why):**` there")) is None


def test_merged_answer_cells_are_told_apart_by_their_lines() -> None:
    merged = markdown("**Answer (why):**\none\n\n**Answer (how):**\ntwo", "why")
    assert answer(merged) == "one"
    assert answer(merged, question="how") == "two"


def test_split_and_copied_answers_are_joined_once_each() -> None:
    cells = [markdown("one", "why"), markdown("two", "why"), markdown("one", "why")]
    assert answer(*cells) == "one\n\ntwo"


@pytest.mark.parametrize(
    "source",
    ["", " \n", "YOUR ANSWER HERE", "**Answer (why):**", "**Answer (why):**\n\nYOUR ANSWER HERE"],
)
def test_untouched_answer_cell_is_no_answer(source: str) -> None:
    assert answer(markdown(source, "why")) is None


def test_empty_answer_with_grade_id_falls_back_to_the_line() -> None:
    assert answer(markdown("", "why"), markdown("**Answer (why):** here")) == "here"


def named(source: str, kind: str) -> dict[str, Any]:
    return cell(source, kind=kind, metadata={"nbgrader": {"grade_id": "why"}})


def found(*cells: dict[str, Any], given: frozenset[str] = GIVEN) -> Answer | None:
    return find_answer(parse_notebook(upload(*cells)), "why", given)


@pytest.mark.parametrize(("kind", "called"), [("raw", "a raw cell"), ("code", "a code cell")])
def test_an_answer_is_found_whatever_the_cells_type(kind: str, called: str) -> None:
    note = f"The answer was found in cell 2, which is {called}."
    assert found(cell("x"), named("because", kind)) == Answer("because", note)
    marked = cell("**Answer (why):**\n\nbecause", kind=kind)
    assert found(cell("x"), marked) == Answer("because", note)


@pytest.mark.parametrize(
    "line",
    [
        "Answer (why):",
        "**answer (why)**",
        "**Answer(why):**",
        "__Answer (why):__",
        "### Answer (why)",
        "**Answer (`why`):**",
        "**Answer: (why)**",
        "*Answer [why]:*",
        "**Answer (why)**:",
        "**Answer:** (why)",
        "Answer why:",
        "<b>Answer (why):</b>",
        "**Answer （why）：**",
    ],
)
def test_an_answer_is_found_by_a_line_that_resembles_its_own(line: str) -> None:
    answer = found(markdown(f"{line}\nbecause\n\n**Answer (how):** x"))
    assert answer == Answer("because")


def test_an_escaped_underscore_is_one() -> None:
    notebook = parse_notebook(upload(markdown("**Answer (why\\_so):** because")))
    assert written_answer(notebook, "why_so") == "because"


def test_prose_that_speaks_of_an_answer_is_none() -> None:
    assert found(markdown("My answer (why not) is"), markdown("The Answer (why): see")) is None


def test_an_answer_is_found_in_the_cells_below_an_emptied_one() -> None:
    below = [markdown("because"), cell("of this", kind="raw"), markdown("The end."), markdown("x")]
    answer = found(named("", "markdown"), *below)
    assert answer == Answer("because\n\nof this", "The answer was found in cell 2.")
    assert found(markdown("**Answer (why):**"), *below) == answer


def test_what_the_assignment_says_below_is_nobodys_answer() -> None:
    assert found(named("", "markdown"), markdown("The end.")) is None
    assert found(named("", "markdown"), markdown("whatever"), given=frozenset()) is None
    assert found(named("", "markdown"), cell("x = 1"), markdown("whatever")) is None
    assert found(named("", "markdown"), markdown("mine", "other")) is None
