"""Routes that are compiled once, although every test makes an application of its own.

Werkzeug compiles a function for each route of an application, which builds the route's address:
nearly all of the time that making an application takes. Such a function depends on the route's
text and defaults alone, so later applications get the same ones.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Every application of the session shares what Werkzeug compiles for a route."""
    compiled = Rule._compile_builder
    known: dict[Any, Callable[..., tuple[str, str]]] = {}

    @functools.wraps(compiled)
    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = repr(sorted((rule.defaults or {}).items()))
        text = (append_unknown, tuple(rule._trace), defaults)
        if text not in known:
            known[text] = compiled(rule, append_unknown)
        return known[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield
