"""Small changes of a piece of Python, each of which a student might have made by mistake.

A rule looks at one node of the syntax tree and yields edits: the text of a place and what it
becomes. The rest of the text stays as it is, comments and layout included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
_PAIRS = (
    *(("max", "min"), ("maximum", "minimum"), ("argmax", "argmin"), ("zeros", "ones")),
    *(("zeros_like", "ones_like"), ("sum", "mean"), ("any", "all"), ("log1p", "log")),
    *(("std", "var"), ("floor", "ceil"), ("softmax", "sigmoid")),
)
_OTHER_NAME = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])} | {"log": "exp"}
_REMOVABLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.While, ast.If, ast.Break)


@dataclass(frozen=True)
class Edit:
    """From `start` to `end` the text becomes `new`; an expression may need brackets around it."""

    start: int
    end: int
    new: str
    is_expression: bool = True


class Text:
    """A piece of Python with the places of its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        self._lines = text.split("\n")
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def _offset(self, line: int, column: int) -> int:
        inside = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(inside)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where the node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._offset(node.lineno, node.col_offset)
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.text[start:end]

    def instead(self, node: ast.expr | ast.stmt, new: str) -> Edit:
        """The node becomes this."""
        return Edit(*self.span(node), new, isinstance(node, ast.expr))

    def between(self, whole: ast.expr, left: ast.expr, right: ast.expr, old: str, new: str) -> Edit:
        """The operator between two parts of the whole becomes another; brackets stay."""
        (start, end), (_, gap), (rest, _) = map(self.span, (whole, left, right))
        words = old.isalpha() or " " in old
        pattern = rf"\b{old.replace(' ', r'[ ]+')}\b" if words else re.escape(old)
        changed = re.sub(pattern, lambda found: new, self.text[gap:rest], count=1)
        return Edit(start, end, self.text[start:gap] + changed + self.text[rest:end])


def edits_of(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Every small change of this node; those of the nodes inside it are not among them."""
    for rule in (_arithmetic, _comparison, _logic, _constant, _subscript, _call, _order, _removal):
        yield from rule(node, text)


def _arithmetic(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        old, new = _OPERATORS.get(type(node.op), ("", ""))
        if old:
            yield text.between(node, node.left, node.right, old, new)
        yield text.instead(node, text.of(node.left))
        yield text.instead(node, text.of(node.right))
    elif isinstance(node, ast.AugAssign):
        old, new = _OPERATORS.get(type(node.op), ("", ""))
        for other in (f"{new}=", "="):
            changed = f"{text.of(node.target)} {other} {text.of(node.value)}"
            yield text.instead(node, changed)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield text.instead(node, text.of(node.operand))


def _comparison(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for place, op in enumerate(node.ops):
            old, others = _COMPARISONS[type(op)]
            for new in others:
                yield text.between(node, sides[place], sides[place + 1], old, new)


def _logic(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield text.between(node, node.values[0], node.values[1], old, new)
    tests = []
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        yield text.instead(test, f"not ({text.of(test)})")


def _constant(node: ast.AST, text: Text) -> Iterator[Edit]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield text.instead(node, str(not value))
    elif isinstance(value, int):
        yield text.instead(node, str(value + 1))
        yield text.instead(node, str(value - 1))
    elif isinstance(value, float):
        yield text.instead(node, repr(value + 1))
        yield text.instead(node, repr(value / 2 if value else -1.0))


def _subscript(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, ast.Slice):
        for bound in filter(None, (node.lower, node.upper)):
            yield text.instead(bound, "")
            if not isinstance(bound, ast.Constant):
                yield text.instead(bound, f"{text.of(bound)} + 1")
    elif isinstance(node, ast.Call) and text.of(node.func) == "range":
        last = node.args[-1 if len(node.args) < 3 else 1]
        if not isinstance(last, ast.Constant):
            yield text.instead(last, f"{text.of(last)} - 1")
            yield text.instead(last, f"{text.of(last)} + 1")


def _call(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name in _OTHER_NAME:
            yield text.instead(node, text.of(node)[: -len(name)] + _OTHER_NAME[name])
    if not isinstance(node, ast.Call):
        return
    parts = [text.of(argument) for argument in node.args]
    named = [f"{word.arg}={text.of(word.value)}" for word in node.keywords if word.arg]
    if len(named) < len(node.keywords):
        return  # **keywords
    function = text.of(node.func)
    if len(parts) > 1:
        swapped = [parts[1], parts[0], *parts[2:], *named]
        yield text.instead(node, f"{function}({', '.join(swapped)})")
    for place in range(len(named)):
        left = [*parts, *named[:place], *named[place + 1 :]]
        yield text.instead(node, f"{function}({', '.join(left)})")
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield text.instead(node, text.of(node.func.value))
    elif parts:
        yield text.instead(node, parts[0])


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math", "torch", "nn", "copy")


def _order(node: ast.AST, text: Text) -> Iterator[Edit]:
    if isinstance(node, (ast.Return, ast.Assign)) and isinstance(node.value, ast.Tuple):
        parts = [text.of(part) for part in node.value.elts]
        if len(parts) > 1:
            yield text.instead(node.value, ", ".join([parts[1], parts[0], *parts[2:]]))


def _removal(node: ast.AST, text: Text) -> Iterator[Edit]:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, _REMOVABLE) and not is_text:
        yield text.instead(node, "pass")
