"""A view behind a guard, which can be asked before anything that was sent is read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

View = Callable[..., Any]
# Takes from the arguments of the address what it needs; aborts, or gives the view's first argument.
Admit = Callable[[dict[str, Any]], Any]


def behind(view: View, admit: Admit) -> View:
    """The view for those alone whom `admit` lets in; `opened` finds both again."""

    @functools.wraps(view)
    def guarded(**arguments: Any) -> Any:
        return view(admit(arguments), **arguments)

    guarded.admit = admit  # type: ignore[attr-defined]
    return guarded


def opened(view: View, arguments: dict[str, Any]) -> tuple[View, tuple[Any, ...]]:
    """What lies behind the view's guard, and what to call it with first; aborts as the guard does.

    A view without a guard is open to whoever came so far.
    """
    admit: Admit | None = getattr(view, "admit", None)
    if admit is None:
        return view, ()
    return view.__wrapped__, (admit(arguments),)  # type: ignore[attr-defined]
