"""Whether an error comes from a Python that is newer than the one that grades.

Students write on what they have; what a newer Python accepts is told from a mistake by writing it
in the older way and asking whether that would do.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys

_LONGEST = 200_000
# The first Python that has it; what is not here is no reason.
_NEW_NAMES = {
    "itertools.batched": (3, 12),
    "math.sumprod": (3, 12),
    "math.fma": (3, 13),
    "typing.override": (3, 12),
    "typing.TypeAliasType": (3, 12),
    "typing.TypeIs": (3, 13),
    "typing.ReadOnly": (3, 13),
    "typing.NoDefault": (3, 13),
    "collections.abc.Buffer": (3, 12),
    "random.binomialvariate": (3, 12),
    "warnings.deprecated": (3, 13),
    "copy.replace": (3, 13),
    "inspect.markcoroutinefunction": (3, 12),
    "annotationlib": (3, 14),
    "compression": (3, 14),
    "string.templatelib": (3, 14),
    "concurrent.interpreters": (3, 14),
}
_TYPE_LINE = re.compile(r"^([ \t]*)type[ \t]+(\w+)[ \t]*(\[[^\n]*?\])?[ \t]*=(?!=)", re.MULTILINE)
_PARAMETERS = re.compile(r"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)[ \t]*\[", re.MULTILINE)
_EXCEPT = re.compile(r"^([ \t]*except\*?)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.M)
_STRING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")


def needs_newer_python(error: BaseException) -> str:
    """`this needs Python 3.12, grading runs 3.11` where that is the reason, else nothing."""
    if isinstance(error, SyntaxError):
        needed = _of_syntax("".join(linecache.getlines(error.filename or "")))
    else:
        needed = _of_name(error)
    return _said(needed) if needed else ""


def _said(needed: tuple[int, int]) -> str:
    runs = ".".join(map(str, sys.version_info[:2]))
    return f"this needs Python {needed[0]}.{needed[1]}, grading runs {runs}"


def _of_name(error: BaseException) -> tuple[int, int] | None:
    name = ""
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ""
    elif isinstance(error, ImportError):
        found = re.match(r"cannot import name '(\w+)'", str(error))
        name = f"{error.name}.{found[1]}" if found else ""
    elif isinstance(error, AttributeError):
        owner = getattr(error.obj, "__name__", "")
        name = f"{owner}.{error.name}" if isinstance(owner, str) else ""
    needed = _NEW_NAMES.get(name)
    return needed if needed and needed > sys.version_info[:2] else None


def _of_syntax(source: str) -> tuple[int, int] | None:
    if not source or len(source) > _LONGEST or _parses(source):
        return None
    steps = (((3, 12), _older_strings), ((3, 12), _older_types), ((3, 14), _older_excepts))
    needed: tuple[int, int] | None = None
    for version, older in steps:
        if version <= sys.version_info[:2]:
            continue
        rewritten = older(source)
        if rewritten != source:
            source, needed = rewritten, max(needed or version, version)
            if _parses(source):
                return needed
    return None


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _older_types(source: str) -> str:
    """`type X = ...` and the parameters of `def f[T](x)`, left out."""
    source = _TYPE_LINE.sub(r"\1\2 =", source)
    parts, place = [], 0
    for found in _PARAMETERS.finditer(source):
        end = _closing(source, found.end() - 1)
        if end and found.start() >= place:
            parts += [source[place : found.end(1)]]
            place = end
    return "".join([*parts, source[place:]])


def _older_excepts(source: str) -> str:
    return _EXCEPT.sub(r"\1 (\2):", source)


def _closing(source: str, opening: int) -> int:
    """The place behind the bracket that closes the one at `opening`, 0 without one."""
    depth = 0
    for place in range(opening, min(len(source), opening + 1000)):
        depth += (source[place] in "([{") - (source[place] in ")]}")
        if depth == 0:
            return place + 1
    return 0


def _older_strings(source: str) -> str:
    """Formatted strings as the tuple of what stands in their braces, which any Python reads."""
    return _Strings(source).rewritten()


class _Strings:
    """Reads source as Python 3.12 does: inside the braces of a string begins Python again."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0

    def rewritten(self) -> str:
        try:
            return self._code("", 0)
        except (IndexError, RecursionError):
            return self.source

    def _code(self, until: str, depth: int) -> str:
        """Python up to one of `until` outside all brackets, or to the end."""
        parts: list[str] = []
        opened = 0
        while self.place < len(self.source):
            char = self.source[self.place]
            if opened == 0 and char in until:
                return "".join(parts)
            if char == "#":
                self._comment()
                continue
            found = _STRING.match(self.source, self.place)
            before = self.source[self.place - 1] if self.place else " "
            if found and not (found[1] and (before.isalnum() or before == "_")):
                parts.append(self._string(found, depth))
                continue
            opened += (char in "([{") - (char in ")]}")
            parts.append(char)
            self.place += 1
        return "".join(parts)

    def _comment(self) -> None:
        end = self.source.find("\n", self.place)
        self.place = len(self.source) if end < 0 else end

    def _string(self, opening: re.Match[str], depth: int) -> str:
        start, quote = self.place, opening[2]
        self.place = opening.end()
        formatted = "f" in opening[1].lower()
        fields = self._fields(quote, depth) if formatted else self._skip(quote)
        if not formatted:
            return self.source[start : self.place]
        return "(" + "".join(f"({field})," for field in fields) + ")"

    def _skip(self, quote: str) -> list[str]:
        while not self.source.startswith(quote, self.place):
            self.place += 2 if self.source[self.place] == "\\" else 1
        self.place += len(quote)
        return []

    def _fields(self, quote: str, depth: int) -> list[str]:
        if depth > 20:
            raise RecursionError
        fields: list[str] = []
        while not self.source.startswith(quote, self.place):
            char = self.source[self.place]
            if self.source.startswith(("{{", "}}"), self.place) or char == "\\":
                self.place += 2
            elif char == "{":
                fields += self._field(depth)
            else:
                self.place += 1
        self.place += len(quote)
        return fields

    def _field(self, depth: int) -> list[str]:
        self.place += 1
        fields = [self._code("!:}=", depth + 1)]
        while self.source[self.place] != "}":
            nested = self.source[self.place] == "{"
            fields += self._field(depth) if nested else []
            self.place += not nested
        self.place += 1
        return fields
