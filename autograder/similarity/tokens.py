"""Python tokens without what is cheap to change: names, literals, comments and layout."""

from __future__ import annotations

import io
import keyword
import tokenize
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from autograder.submitted.notebook import Notebook

_SKIPPED = frozenset(
    (
        *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
        *(tokenize.ENCODING, tokenize.ENDMARKER),
    )
)
# A cell in which this many lines are no Python does not run, so what follows is worth no look.
_MOST_RESTARTS = 100
# Far more than anybody writes; what is longer is compared up to here.
MOST_TOKENS = 100_000


@dataclass(frozen=True, slots=True)
class Token:
    """One token: a number that is the same for the same kind, and its line in the code."""

    symbol: int
    line: int


def code_lines(notebook: Notebook) -> list[str]:
    """The code cells one after the other, by line; `tokens_of` counts these lines from 0."""
    lines: list[str] = []
    for cell in notebook.code_cells:
        lines += [*cell.source.split("\n"), ""]
    return lines


def tokens_of(notebook: Notebook) -> list[Token]:
    """The tokens of the code cells; a cell that is no Python gives those that can be read."""
    found: list[Token] = []
    begin = 0
    for cell in notebook.code_cells:
        lines = cell.source.split("\n")
        # A magic command is IPython's own; a cell with one is Python all the same.
        plain = ["" if line.lstrip().startswith(("%", "!")) else line for line in lines]
        found += islice(_readable(plain, begin), MOST_TOKENS - len(found))
        begin += len(lines) + 1
    return found


def _readable(lines: list[str], begin: int) -> Iterator[Token]:
    """The tokens of a cell; after what is no token reading goes on at the next line."""
    at = 0
    for _ in range(_MOST_RESTARTS):
        last = at
        text = io.StringIO("\n".join(lines[at:]) + "\n")
        try:
            for token in tokenize.generate_tokens(text.readline):
                last = at + token.start[0] - 1
                symbol = _symbol(token)
                if symbol:
                    yield Token(zlib.crc32(symbol.encode()), begin + last)
            return
        except (tokenize.TokenError, SyntaxError, UnicodeEncodeError):
            at = last + 1
        if at >= len(lines):
            return


def _symbol(token: tokenize.TokenInfo) -> str:
    """What is compared: keywords and operators as they are, the rest by its kind."""
    if token.type in _SKIPPED:
        return ""
    if token.type == tokenize.NAME:
        return token.string if keyword.iskeyword(token.string) else "a name"
    if token.type == tokenize.NUMBER:
        return "a number"
    if token.type == tokenize.OP:
        return token.string
    return "a string" if token.type == tokenize.STRING else "something else"
