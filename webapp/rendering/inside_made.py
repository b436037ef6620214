"""Making a page's parts of hostile bytes, within bounds; runs where `inside.py` has set limits.

All that is left out is said: a notebook ends where it grows beyond a page, with a sentence.
"""

from __future__ import annotations

import time

from autograder.results import CellOutput, GradeResult, from_json
from autograder.submitted.notebook import Cell as SourceCell
from autograder.submitted.notebook import NotebookRejected, parse_notebook
from webapp.base import formulas, markdown
from webapp.base.bounds import MOST_HTML
from webapp.base.printed_length import printed_pages
from webapp.rendering.asked import Asked, Cell, Made, Piece

MOST_CELLS, MOST_CHARACTERS, LONGEST_TEXT = 400, 1_000_000, 60_000
MOST_PICTURES = 16 * 2**20
# Beyond these a notebook's next cell is not begun; the process itself may use more.
SECONDS = 1.5
REST = "The rest of this notebook is not shown here ({why}): download the notebook to read it."
AS_WRITTEN = "This text is shown as it was written, because it is {why}."


def make(asked: Asked) -> Made:
    """What is asked for; a PDF is opened elsewhere, in the sandbox."""
    with formulas.one_page():
        if asked.kind == "notebook":
            return _notebook(asked)
        text = asked.source.decode(errors="replace")
        html, left_out = _text(text, asked.top)
        fits = asked.kind == "review" and len(text) <= LONGEST_TEXT
        return Made(html=html, left_out=left_out, pages=printed_pages(text) if fits else 0.0)


def _text(text: str, top: int) -> tuple[str, str]:
    """A text as HTML, and what is to be said of it."""
    why = "too long" if len(text) > LONGEST_TEXT else ""
    html = "" if why else str(markdown.markdown(text, top))
    if len(html) > MOST_HTML:
        why = "too large once it is set"
    if why:
        return str(markdown.as_written(text[:LONGEST_TEXT])), AS_WRITTEN.format(why=why)
    return html, ""


def _notebook(asked: Asked) -> Made:
    try:
        cells = parse_notebook(asked.source).cells
    except NotebookRejected as error:
        return Made(left_out=str(error))
    result = from_json(asked.detail) if asked.detail else None
    return _Page(result).made(cells)


class _Page:
    """A notebook's page while it grows."""

    def __init__(self, result: GradeResult | None) -> None:
        self._runs = {run.cell_index: run for run in result.cells} if result else {}
        self._cells: list[Cell] = []
        self._pictures: dict[str, bytes] = {}
        self._characters = self._picture_bytes = self._number = 0
        self._until = time.process_time() + SECONDS

    def made(self, cells: tuple[SourceCell, ...]) -> Made:
        """As many cells as fit."""
        for cell in cells:
            why = self._full()
            if why:
                return self._so_far(REST.format(why=why))
            if cell.kind == "markdown":
                self._add(Cell(cell.index, cell.kind, self._prose(cell.source)))
            elif cell.kind == "code":
                self._number += 1
                self._add(self._code(cell))
        return self._so_far("")

    def _so_far(self, left_out: str) -> Made:
        return Made(cells=tuple(self._cells), left_out=left_out, pictures=self._pictures)

    def _full(self) -> str:
        if len(self._cells) >= MOST_CELLS:
            return f"more than {MOST_CELLS} cells"
        if self._characters >= MOST_CHARACTERS:
            return f"more than {MOST_CHARACTERS:,} characters"
        return "it takes long to set" if time.process_time() > self._until else ""

    def _add(self, cell: Cell) -> None:
        self._cells.append(cell)
        self._characters += len(cell.text) + sum(len(piece.text) for piece in cell.pieces)

    def _prose(self, source: str) -> str:
        if len(source) > LONGEST_TEXT:
            return str(markdown.as_written(source[:LONGEST_TEXT], cut=True))
        html = str(markdown.markdown_cell(source))
        return html if len(html) <= MOST_HTML else str(markdown.as_written(source))

    def _code(self, cell: SourceCell) -> Cell:
        run = self._runs.get(cell.index)
        source = _cut(cell.source)
        if run is None:
            return Cell(cell.index, cell.kind, source, self._number)
        pieces = tuple(self._pieces(run))
        return Cell(cell.index, cell.kind, source, self._number, run.status, pieces)

    def _pieces(self, run: CellOutput) -> list[Piece]:
        found, held = [], 0
        for piece in markdown.pieces(run):
            if held >= MOST_CHARACTERS or time.process_time() > self._until:
                found.append(Piece("note", "The rest of this cell's output is not shown here."))
                break
            if piece.kind == "picture" and not self._keep_picture(run, piece.position):
                found.append(Piece("note", "A picture that is not shown here: there are too many."))
                continue
            text = _cut(str(piece.html) if piece.kind == "html" else piece.text, piece.kind)
            found.append(Piece(piece.kind, text, piece.position, piece.truncated))
            held += len(text)
        return found

    def _keep_picture(self, run: CellOutput, position: int) -> bool:
        data = markdown.picture_bytes(run.outputs[position]) or b""
        self._picture_bytes += len(data)
        if self._picture_bytes > MOST_PICTURES:
            return False
        self._pictures[f"{run.cell_index}-{position}"] = data
        return True


def _cut(text: str, kind: str = "") -> str:
    """So much of a text as one place of a page holds; HTML that is larger is not shown."""
    if kind == "html" and len(text) > MOST_HTML:
        return "<p>This output is too large to be shown here.</p>"
    if kind != "html" and len(text) > LONGEST_TEXT:
        return text[:LONGEST_TEXT] + "\n… cut here: the file has all of it."
    return text
