"""What is not there: a module or a magic costs the statement that needs it, and no other.

In Jupyter such a cell stops. Here its other statements still run as far as they do not need what is
missing, since the notebook ran where its student wrote it. Whatever a statement that was left out
would have defined is remembered: whoever asks for it later is told why it is missing.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from types import CodeType
from typing import Any

from IPython.core.error import UsageError

from .inside_errors import line_of
from .inside_names import stored_names
from .inside_newer_python import needs_newer_python

_MOST = 50
_INSTALL = re.compile(r"\b(?:pip3?|conda|uv) (?:\S+ )*install\b")
_MAGIC_CALLS = ("run_line_magic", "run_cell_magic")
_HANDLER = """try:
    pass
except Exception:
    if not get_ipython().goes_on({}):
        raise
"""
_COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)


class MissingMagic(UsageError):
    """A magic that is not here; `magic` is its name with its per cent signs."""

    def __init__(self, magic: str) -> None:
        super().__init__(f"there is no magic `{magic}` here")
        self.magic = magic


class Lacking:
    """What the cells did not find, and the names that are missing for it."""

    def __init__(self) -> None:
        self._cell, self._above = 0, 0
        self.told: list[list[Any]] = []
        self._lost: dict[str, str] = {}
        self._anything = ""

    def begin(self, cell: int, source: str) -> None:
        """From here on the cell of that number runs."""
        self._cell = cell
        # What a cell magic runs counts its lines from the magic's on.
        self._above = int(source.lstrip().startswith("%%"))
        self.told = []

    def passes(self, error: BaseException, lost: Iterable[str]) -> bool:
        """Whether a statement failed only for want of something; it would have defined `lost`."""
        found = self._found(error)
        if found is None:
            return False
        kind, name, reason = found
        advice = needs_newer_python(error)
        reason += f" ({advice})" if advice else ""
        if len(self.told) < _MOST:
            self.told.append([self._line(error), kind, name, advice])
        for each in lost:
            self._lost[each] = reason
        if "*" in lost:
            self._anything = reason
        return True

    def why(self, name: str) -> str:
        """Why this name is missing, if it is for this."""
        return self._lost.get(name, "")

    def why_perhaps(self, name: str) -> str:
        """The same, or that what would have brought names of its own choice is not here."""
        return self.why(name) or self._anything

    def _found(self, error: BaseException) -> tuple[str, str, str] | None:
        where = f"cell {self._cell}" + (f", line {line}" if (line := self._line(error)) else "")
        if isinstance(error, MissingMagic):
            return "magic", error.magic, f"{where} needs `{error.magic}`, which is not here"
        if isinstance(error, ImportError):
            module = _missing(error)
            return "module", module, f"{where} needs `{module}`, which is not here"
        if _installs(error):
            return "module", "pip", f"{where} needs `pip`, which is not here"
        if isinstance(error, NameError) and error.name:
            reason = self._lost.get(error.name) or self._of_anything(error.name)
            return ("name", error.name, reason) if reason else None
        return None

    def _line(self, error: BaseException) -> int:
        whole = isinstance(error, MissingMagic) and error.magic.startswith("%%")
        line = line_of(error)
        return line + self._above if line and not whole else line

    def _of_anything(self, name: str) -> str:
        """After `from helpers import *` in this cell, any name may be one of those."""
        own = self._anything.startswith(f"cell {self._cell},")
        return self._anything if own else ""


def _installs(error: BaseException) -> bool:
    """Whether a program was to install something and ended in failure."""
    if not isinstance(error, subprocess.CalledProcessError):
        return False
    command = error.cmd if isinstance(error.cmd, str) else " ".join(map(str, error.cmd))
    return _INSTALL.search(command) is not None


def _missing(error: ImportError) -> str:
    part = re.match(r"cannot import name '([^']+)'", str(error))
    module = error.name or "?"
    return f"{module}.{part[1]}" if part and not isinstance(error, ModuleNotFoundError) else module


def lost_by(code: CodeType) -> set[str]:
    """The names that a statement would have defined; `*` where it does not say which."""
    return stored_names(code) | {"*" for name in code.co_consts if name == ("*",)}


class Guard(ast.NodeTransformer):
    """Lets what stands around an import or a magic go on without it, inside other statements.

    What is imported already cannot be missing and stays as it is.
    """

    def visit_Module(self, node: ast.Module) -> ast.Module:
        # A magic's value may be what the cell shows, so at its own level it stays as it is.
        node.body = [
            self._compound(each) if isinstance(each, _COMPOUND) else _tried_import(each)
            for each in node.body
        ]
        return node

    def _guarded(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [self._statement(statement) for statement in body]

    def _statement(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, _COMPOUND):
            return self._compound(node)
        return _tried(node) if _may_lack(node) else node

    def _compound(self, node: Any) -> ast.stmt:
        caught = isinstance(node, ast.Try) and node.handlers
        for field in ("body", "orelse", "finalbody"):
            # What may fail inside `try` is the notebook's own to handle.
            if getattr(node, field, None) and not (caught and field == "body"):
                setattr(node, field, self._guarded(getattr(node, field)))
        for part in [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]:
            part.body = self._guarded(part.body)
        return node


def _may_lack(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name not in sys.modules for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and _may_lack_part(node)
    value = getattr(node, "value", None)
    called = isinstance(value, ast.Call) and value.func
    return isinstance(called, ast.Attribute) and called.attr in _MAGIC_CALLS


def _may_lack_part(node: ast.ImportFrom) -> bool:
    module = sys.modules.get(node.module or "")
    if module is None:
        return node.module != "__future__"
    return any(alias.name != "*" and alias.name not in vars(module) for alias in node.names)


def _tried_import(node: ast.stmt) -> ast.stmt:
    imports = isinstance(node, (ast.Import, ast.ImportFrom))
    return _tried(node) if imports and _may_lack(node) else node


def _tried(node: ast.stmt) -> ast.stmt:
    names = sorted(lost_by(compile(ast.Module([node], []), "", "exec")))
    handler = ast.parse(_HANDLER.format(names)).body[0]
    assert isinstance(handler, ast.Try)
    handler.body = [node]
    for each in ast.walk(handler.handlers[0]):
        ast.copy_location(each, node)
    return ast.copy_location(handler, node)
