"""How much of a page a review fills: its Markdown laid out in lines, as it would be printed.

The page is A4 with margins of 2.5 cm, set in 11 points with 1.35 lines' distance. Widths are
those of a common proportional face by classes of letters, so that every machine counts the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from webapp.base.markdown import parsed

_LINES, _WIDTH = 47.0, 41.2
_NARROW, _WIDE = frozenset("iljtfI.,:;'|!()[] "), frozenset("mwMW@%&")
_COMMAND = re.compile(r"\\[A-Za-z]+|[{}^_$]")
# Lines of a block beyond its text: what stands before and after it.
_GAP = {"paragraph_open": 0.5, "heading_open": 1.2, "fence": 0.8, "code_block": 0.8}
_HEADING, _FORMULA = 1.35, 2.6


def printed_pages(text: str) -> float:
    """The share of a page that a text fills; more than 1 does not fit."""
    return _lines(parsed(text)) / _LINES


def _lines(tokens: Sequence[Token]) -> float:
    total, depth, scale = 0.0, 0, 1.0
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close"):
            depth -= 1
        elif token.type in ("heading_open", "heading_close"):
            scale = _HEADING if token.type == "heading_open" else 1.0
        elif token.type == "inline":
            total += _wrapped(token.content, _WIDTH / scale - 2 * depth) * scale
        elif token.type in ("fence", "code_block"):
            total += sum(max(1, -(-len(row) // 68)) for row in token.content.splitlines())
        elif token.type == "math_block":
            total += _FORMULA * max(1, token.content.count(r"\\") + 1)
        total += 0.0 if token.hidden else _GAP.get(token.type, 0.0)
    return total


def _wrapped(text: str, width: float) -> int:
    """In how many lines a paragraph is set; a word longer than a line is broken."""
    lines = 0
    for row in _COMMAND.sub("", text).split("\n\n") or [""]:
        lines, used = lines + 1, 0.0
        for word in row.split():
            size = sum(map(_em, word))
            if used and used + 0.28 + size > width:
                lines, used = lines + 1, 0.0
            while size > width:
                lines, size = lines + 1, size - width
            used += size + (0.28 if used else 0.0)
    return lines


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.29
    if letter in _WIDE or ord(letter) > 0x2E7F:
        return 0.9
    return 0.68 if letter.isupper() else 0.51
