"""LaTeX between dollars as MathML, which browsers set without a script or a style.

What comes from here is markup made from a student's text: `rendering.sanitised` cleans it, like
all the rest. A formula that is too long, too deep or not understood is shown as it was typed.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from xml.etree.ElementTree import Element, tostring

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub"),
    *("msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle"),
}
_CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2} | dict.fromkeys(
    ("msubsup", "munderover"), 3
)
_SPACE = re.compile(r"-?[0-4]?(\.\d{1,4})?em")
_WORD = re.compile(r"[a-z-]{1,20}")
_ATTRIBUTES = {
    "math": {"display": _WORD, "tabindex": re.compile("0")},
    "mi": {"mathvariant": _WORD},
    "mo": dict.fromkeys(
        ("stretchy", "fence", "form", "separator", "movablelimits", "mathvariant"), _WORD
    ),
    "mover": {"accent": _WORD},
    "munder": {"accentunder": _WORD},
    "mfrac": {"linethickness": re.compile("0(px|em)?")},
    "mspace": {"width": _SPACE},
    "mtd": {"columnalign": _WORD},
    "mstyle": {"displaystyle": _WORD},
}
ATTRIBUTES = {tag: set(values) for tag, values in _ATTRIBUTES.items()}
_LONGEST_FORMULA, _DEEPEST = 2000, 40
# At worst each dollar of a text is looked for in all lines after it.
_LONGEST_TEXT, _MOST_STEPS = 60_000, 200_000
# One page may hold a thousand ordinary formulas, which are set in less than a second.
_PAGE = {"formula characters": 40_000, "steps": 1_000_000}
# What notebooks use and the converter knows by another name.
_OTHER_NAMES = {r"{aligned}": r"{align*}", r"\arg": r"\operatorname{arg}"}
_OTHER_NAME = re.compile(r"\{aligned\}|\\arg(?![A-Za-z])")
_spent: ContextVar[dict[str, int] | None] = ContextVar("formulas", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """What is made meanwhile is one page, which may hold so many formulas."""
    before = _spent.set({})
    try:
        yield
    finally:
        _spent.reset(before)


def may_hold_formulas(text: str) -> bool:
    """Whether a text has dollars, and not so many that looking for pairs takes long."""
    dollars = text.count("$")
    steps = dollars * (dollars + text.count("\n"))
    fits = len(text) <= _LONGEST_TEXT and dollars >= 2 and steps <= _MOST_STEPS
    return fits and _affordable("steps", steps)


def enable(parser: MarkdownIt) -> MarkdownIt:
    """Let a Markdown parser understand `$...$` and `$$...$$`, but not amounts like $5 and $6."""
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, double_inline=True)
    for kind, block in (("inline", False), ("inline_double", True), ("block", True)):
        parser.add_render_rule(f"math_{kind}", _renderer(block))
    return parser


def _renderer(block: bool) -> Callable[..., str]:
    def render(_: Any, tokens: Sequence[Any], index: int, *_more: Any) -> str:
        latex = tokens[index].content.strip()
        fits = len(latex) <= _LONGEST_FORMULA and _affordable("formula characters", len(latex))
        return (_mathml(latex, block) if fits else None) or _source(latex, block)

    return render


def _affordable(what: str, amount: int) -> bool:
    """Whether the page being made may still spend this; counts it."""
    spent = _spent.get()
    if spent is None:
        return True
    spent[what] = spent.get(what, 0) + amount
    return spent[what] <= _PAGE[what]


def _source(latex: str, block: bool) -> str:
    dollars = "$$" if block else "$"
    return f"<code>{html.escape(dollars + latex + dollars)}</code>"


@functools.lru_cache(maxsize=1024)
def _mathml(latex: str, block: bool) -> str | None:
    """A formula as MathML, or None when it cannot be set."""
    from latex2mathml.converter import convert_to_element

    known = _OTHER_NAME.sub(lambda found: _OTHER_NAMES[found[0]], latex)
    try:
        element = convert_to_element(known, display="block" if block else "inline")
        if _depth(element) > _DEEPEST:
            return None
        for node in element.iter():
            # The converter writes its symbols as entities; whatever is `<` now is escaped below.
            node.text = html.unescape(node.text) if node.text else node.text
            unknown = node.tag == "mi" and "\\" in (node.text or "")
            if unknown or len(node) != _CHILDREN.get(node.tag, len(node)):
                return None
    except Exception:  # the converter raises whatever a formula makes it raise
        return None
    if block:
        element.set("tabindex", "0")
    return tostring(element, encoding="unicode")


def _depth(element: Element) -> int:
    depth, level = 0, [element]
    while level:
        depth, level = depth + 1, [child for node in level for child in node]
    return depth


def attribute_value(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute as it may stay; None takes it away.

    No width reaches across the page, and no word does more than it says.
    """
    pattern = _ATTRIBUTES.get(tag, {}).get(name)
    return value if pattern is None or pattern.fullmatch(value) else None
