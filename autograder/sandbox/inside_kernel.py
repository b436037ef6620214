"""What a notebook's kernel has around the cells, as Jupyter, Colab and VS Code give it."""

from __future__ import annotations

import asyncio
import builtins
import functools
import getpass
import os
import pdb
import re
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import IPython.core.debugger
from IPython.core.interactiveshell import InteractiveShell

CONNECTION = "/home/student/.local/share/jupyter/runtime/kernel-1.json"
_ARGUMENTS = ["/usr/lib/python3/ipykernel_launcher.py", "-f", CONNECTION]
_ASYNCHRONOUS = re.compile(r"\basync|\bawait\b")
_NO_INSTALLING = "Nothing can be installed while a notebook is graded: there is no network."


# Nobody is there: a page, a terminal or a debugger's prompt.
_FRONT_END = (
    *("autosave", "clear", "cls", "connect_info", "debug", "ed", "edit", "less", "man", "more"),
    *("pdb", "qtconsole", "subshell"),
)
_INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")


def register_magics(shell: InteractiveShell) -> None:
    """Let front-end magics do nothing, and installers say why nothing is installed."""
    for name in _FRONT_END:
        shell.register_magic_function(_do_nothing, "line", name)  # type: ignore[arg-type]
    for name in _INSTALLERS:
        shell.register_magic_function(_install_nothing, "line", name)  # type: ignore[arg-type]


def _do_nothing(line: str) -> None:
    """This has a meaning only in front of a notebook."""


def _install_nothing(line: str) -> None:
    """There is no network; what is missing then costs its own statement."""
    print(_NO_INSTALLING)


def pretend() -> None:
    """Give the process the arguments of a kernel, and answers where nobody is there to give one."""
    sys.argv = list(_ARGUMENTS)
    sys.orig_argv = [sys.executable, "-m", "ipykernel_launcher", *_ARGUMENTS[1:]]
    builtins.input = _nobody
    getpass.getpass = _nobody  # type: ignore[assignment]
    pdb.set_trace = IPython.core.debugger.set_trace = _no_breakpoint
    sys.breakpointhook = _no_breakpoint
    os.environ["PAGER"] = "cat"


def _nobody(prompt: object = "", *_: object) -> str:
    raise EOFError("input() has nobody to answer it while a notebook is graded")


def _no_breakpoint(*_: object, **__: object) -> None:
    """A breakpoint that was left in: nobody is there to go on from it."""


def draw_inline() -> None:
    """Let whoever asks for another backend of matplotlib keep the inline one, without windows."""
    import matplotlib
    import matplotlib.pyplot

    matplotlib.use = _or_inline(matplotlib.use)
    matplotlib.pyplot.switch_backend = _or_inline(matplotlib.pyplot.switch_backend)


def _or_inline(choose: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(choose)
    def chosen(*arguments: Any, **keywords: Any) -> None:
        try:
            choose(*arguments, **keywords)
        except Exception:
            """There is no display and no such package: figures stay in the notebook."""

    return chosen


class Loop:
    """The event loop that runs around cells, from the first on that could ask for it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def is_wanted(self, source: str) -> bool:
        """Whether a cell, or one before it, spoke of something asynchronous."""
        if asyncio._get_running_loop() is not None:
            return False  # a cell within a cell, as `%%capture` has it
        return self._loop is not None or _ASYNCHRONOUS.search(source) is not None

    def run(self, cell: Coroutine[Any, Any, Any]) -> Any:
        """Run a cell in the loop, which lives as long as the notebook."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            asyncio.run = _run_within
        return self._loop.run_until_complete(cell)


_run = asyncio.run


@functools.wraps(_run)
def _run_within(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
    """`asyncio.run` in a cell, which a kernel allows only with a package that is not here."""
    around = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return _run(main, **options)
    finally:
        asyncio._set_running_loop(around)
        if around is not None:
            asyncio.set_event_loop(around)
