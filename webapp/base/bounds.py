"""What keeps a short text from becoming a long page: a table's cells, and tags in tags.

Markdown fills up a table's short rows with empty cells, so that a header of three hundred columns
makes three hundred cells of each letter below it. A page's HTML is read again to be cleaned, which
takes the square of how deep its tags lie in one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table
from markdown_it.token import Token

# A text that becomes more than this is shown as it was written.
MOST_HTML = 150_000
MOST_COLUMNS, MOST_CELLS, DEEPEST_TAGS = 100, 4_000, 100
LEFT_OUT = "The rest of this table is not shown here: the file has all of it."
_CELLS, _VOID = "cells of tables", frozenset({"br", "hr", "img", "input", "col", "wbr"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")


def enable_tables(parser: MarkdownIt) -> MarkdownIt:
    """Let a parser understand tables, of a text so many cells; a wider one stays text."""
    parser.enable("table").block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    columns = _columns(state, start, end)
    if columns > MOST_COLUMNS:
        return False
    if silent or not columns:
        return table(state, start, end, silent)
    left = state.env.get(_CELLS, MOST_CELLS)
    last = min(end, start + 2 + max(left // columns - 1, 0))
    if not table(state, start, max(last, start + 2), silent):
        return False
    state.env[_CELLS] = max(left - columns * (state.line - start - 1), 0)
    if state.line == last < end and not state.isEmpty(last):
        _leave_out(state, end)
    return True


def _columns(state: StateBlock, start: int, end: int) -> int:
    """How many columns the line below the header has; 0 where there is no such line."""
    if start + 2 > end:
        return 0
    line = state.src[state.bMarks[start + 1] + state.tShift[start + 1] : state.eMarks[start + 1]]
    return line.strip().strip("|").count("|") + 1 if line.strip() else 0


def _leave_out(state: StateBlock, end: int) -> None:
    """Skip the table's further rows, and say so."""
    line = state.line
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        line += 1
    state.push("paragraph_open", "p", 1)
    said = state.push("inline", "", 0)
    said.content, said.map, said.children = LEFT_OUT, [state.line, line], []
    state.push("paragraph_close", "p", -1)
    state.line = line


def fits(tokens: Iterable[Token]) -> bool:
    """Whether a text is about as large as a page may be, before anything so large is made.

    A link that is defined once and used a thousand times is one string in all those tokens.
    """
    return sum(map(_size, tokens)) <= MOST_HTML


def _size(token: Token) -> int:
    """About what a token is rendered to; its strings may be shared with other tokens."""
    attributes = sum(len(str(value)) for value in token.attrs.values())
    return len(token.content) + attributes + sum(map(_size, token.children or ()))


def nested_too_deeply(html: str) -> bool:
    """Whether more tags are open at once than any page needs."""
    depth = 0
    for closing, name in _TAG.findall(html):
        if closing:
            depth = max(depth - 1, 0)
        elif name.lower() not in _VOID:
            depth += 1
            if depth > DEEPEST_TAGS:
                return True
    return False
