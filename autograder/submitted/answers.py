"""Finding the written answers of a notebook, also where its cells or its metadata were lost."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from autograder.submitted.notebook import Cell, Notebook

ANY_ANSWER = re.compile(r"^[ \t]*\*\*Answer \(([^()\n]{1,100})\):\*\*[ \t]*", re.MULTILINE)
_PLACEHOLDER = re.compile(r"^[ \t]*YOUR ANSWER HERE[ \t]*$", re.MULTILINE)
# As editors and people rewrite the line: other emphasis, a heading, an escaped underscore.
_GAP, _EMPHASIS = r"[ \t]{{0,20}}", r"(?:[*_]|</?\w{{1,6}}>){{0,8}}"
_LOOSE = (
    rf"^{_GAP}[#>]{{{{0,8}}}}{_GAP}{_EMPHASIS}answer{_GAP}[:：]?{_EMPHASIS}{_GAP}"
    rf"(?:[(\[（]{_GAP}`?{{name}}`?{_GAP}[)\]）]{_EMPHASIS}{_GAP}[:：.]?|`?{{name}}`?{_GAP}[:：])"
    rf"{_EMPHASIS}{_GAP}"
)
_KINDS = {"code": "a code cell", "raw": "a raw cell"}
NO_ANSWER = "There is no written answer to this question in the notebook."


@dataclass(frozen=True)
class Answer:
    """What a student wrote as the answer to a question, and where it was if not in its place."""

    text: str
    note: str = ""


def answer_marker(question: str) -> str:
    """The line by which a written answer is found when the cell's metadata was lost."""
    return f"**Answer ({question}):**"


def written_answer(
    notebook: Notebook, question: str, given: Collection[str] = frozenset()
) -> str | None:
    """The text of `find_answer`, or None where there is none."""
    found = find_answer(notebook, question, given)
    return found.text if found else None


def find_answer(
    notebook: Notebook, question: str, given: Collection[str] = frozenset()
) -> Answer | None:
    """What a student wrote as the answer to `question`, or None if there is none.

    The answer is what stands in cells whose `grade_id` is the question's name, up to another
    question's marker line (two answer cells may have been merged). If that is empty, it is what
    follows the lines `**Answer (question):**` in any cell, then lines that only resemble
    it, and then what stands in the text cells right below the emptied one. `given` are the texts
    of the assignment itself, which are nobody's answer; without them nothing below counts.

    Several different pieces (a copied or split cell) are joined in file order, so nothing
    a student wrote is lost. The marker and nbgrader's placeholder are not part of it.
    """
    for find in (_by_grade_id, _by_marker, _by_loose_marker):
        pieces = list(find(notebook, question))
        if text := _joined([piece for _, piece in pieces]):
            return Answer(text, _place([cell for cell, piece in pieces if piece.strip()]))
    below = list(_below(notebook, question, given)) if given else []
    text = _joined([cell.source for cell in below])
    return Answer(text, _place(below, below=True)) if text else None


Pieces = Iterator[tuple[Cell, str]]


def _by_grade_id(notebook: Notebook, question: str) -> Pieces:
    for cell in notebook.cells:
        if cell.grade_id == question:
            opening, sections = _sections(cell.source, ANY_ANSWER)
            yield cell, opening
            yield from ((cell, text) for name, text in sections if name == question)


def _by_marker(notebook: Notebook, question: str) -> Pieces:
    for cell in notebook.cells:
        _, sections = _sections(cell.source, ANY_ANSWER)
        yield from ((cell, text) for name, text in sections if name == question)


def _by_loose_marker(notebook: Notebook, question: str) -> Pieces:
    loose = _loose(question)
    for cell in notebook.cells:
        for text in loose.split(cell.source)[1:]:
            yield cell, ANY_ANSWER.split(text)[0]


def _loose(question: str) -> re.Pattern[str]:
    name = re.escape(question).replace("_", r"\\?_")
    return re.compile(_LOOSE.format(name=name), re.MULTILINE | re.IGNORECASE)


def _below(notebook: Notebook, question: str, given: Collection[str]) -> Iterator[Cell]:
    """The cells of text between the question's own and the next that is not the student's."""
    loose = _loose(question)
    own = [cell for cell in notebook.cells if cell.grade_id == question]
    own = own or [cell for cell in notebook.cells if loose.search(cell.source)]
    if not own:
        return
    for cell in notebook.cells:
        if cell.index <= own[-1].index:
            continue
        if cell.kind == "code" or cell.grade_id or ANY_ANSWER.search(cell.source):
            return
        if cell.source.strip() in given:
            return
        yield cell


def _sections(source: str, marker: re.Pattern[str]) -> tuple[str, list[tuple[str, str]]]:
    """Split a cell at its marker lines into the text before them and (name, text) pairs."""
    opening, *rest = marker.split(source)
    return opening, list(zip(rest[::2], rest[1::2], strict=True))


def _place(cells: list[Cell], *, below: bool = False) -> str:
    """Where the answer was found, unless it is where it belongs."""
    astray = [cell for cell in cells if below or cell.kind != "markdown"]
    if not astray:
        return ""
    kind = "" if astray[0].kind == "markdown" else f", which is {_KINDS[astray[0].kind]}"
    return f"The answer was found in cell {astray[0].index + 1}{kind}."


def _joined(pieces: list[str]) -> str:
    texts = (_PLACEHOLDER.sub("", piece).strip() for piece in pieces)
    return "\n\n".join(dict.fromkeys(text for text in texts if text))
