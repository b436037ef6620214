"""What a newer Python would accept is told from a mistake."""

from __future__ import annotations

import linecache
import sys

import pytest

from autograder.sandbox.inside_newer_python import needs_newer_python


def said_of(source: str) -> str:
    name = "<newer>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        compile(source, name, "exec")
    except SyntaxError as error:
        return needs_newer_python(error)
    return "accepted"


NEWER = [
    ("f'{info['n']} rows'", (3, 12)),
    ('print(f"{d["a"]["b"]:>{w["x"]}} and {e!r}")', (3, 12)),
    ("f'{'\\n'.join(names)}'", (3, 12)),
    ("f'{x  # why\n}'", (3, 12)),
    ("f'''{d['''k''']}'''", (3, 12)),
    ("x = f'{f'{f'{1}'}'}'", (3, 12)),
    ("type X = int", (3, 12)),
    ("type Pair[T] = tuple[T, T]", (3, 12)),
    ("def f[T](x: T) -> T:\n    return x", (3, 12)),
    ("class A[T: int, *Ts]:\n    def m[S](self): pass", (3, 12)),
    ("try:\n    pass\nexcept ValueError, KeyError:\n    pass", (3, 14)),
    ("def f(a):\n    return f'{a['x']}'\ntype Y = int", (3, 12)),
]


@pytest.mark.parametrize(("source", "needed"), NEWER)
def test_the_python_that_it_needs_is_named(source: str, needed: tuple[int, int]) -> None:
    runs = sys.version_info[:2]
    expected = f"this needs Python {needed[0]}.{needed[1]}, grading runs {runs[0]}.{runs[1]}"
    assert said_of(source) == ("accepted" if needed <= runs else expected)


@pytest.mark.parametrize(
    "source",
    [
        "f'{a b}'",
        "f'{'",
        "f'{a['x'}'",
        "x = (",
        "type X",
        "def f[T(x): pass",
        "print 'x'",
        "except A, B: pass",
        "'" * 5000 + "f'{'",
        "f'{" * 500,
        "x = 'it's'",
    ],
)
def test_a_mistake_is_one_in_every_python(source: str) -> None:
    assert said_of(source) == ""


def test_names_that_came_later_are_known() -> None:
    with pytest.raises(ImportError) as found:
        from string.templatelib import nope  # noqa: F401
    if sys.version_info < (3, 14):
        assert "3.14" in needs_newer_python(found.value)
    with pytest.raises(AttributeError) as missing:
        sys.no_such_thing  # noqa: B018
    assert needs_newer_python(missing.value) == ""
