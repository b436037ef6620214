"""IPython as the notebook's interpreter: it runs cells and keeps what they print and show."""

from __future__ import annotations

import ast
import base64
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.extensions import ExtensionManager
from IPython.core.formatters import DisplayFormatter
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from . import inside_kernel, inside_torch
from .inside_errors import describe_error
from .inside_lacking import Guard, Lacking, MissingMagic, lost_by
from .inside_names import Names
from .inside_output import KEPT_TYPES, Beneath, Stream, Transcript

# Magics, shell commands and help; lines with a quoting escape or a pasted prompt; an indented cell.
_NEEDS_TRANSLATION = re.compile(r"[%!?]|^\s*(?:[,;/]|>>>|\.\.\.|In \[)|\A\s", re.MULTILINE)
_GUARD = Guard()


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shell.show("display", data)


class _Hook(DisplayHook):
    shell: Shell

    def write_output_prompt(self) -> None:
        """The page writes prompts of its own."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.show("result", format_dict)

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """No history is kept."""


class Shell(InteractiveShell):
    """A shell without terminal, history or prompts; graphics go inline."""

    display_formatter: DisplayFormatter
    history_manager: HistoryManager
    extension_manager: ExtensionManager
    display_pub_class = _Publisher
    displayhook_class = _Hook

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.transcript = Transcript(0)
        super().__init__(*args, **kwargs)
        self._own_translators = self._translators()
        self.names = Names(self.user_ns)
        self.lacking = Lacking()
        self._loop = inside_kernel.Loop()
        self.loop_runner = self._loop.run
        self._streams = Stream("stdout", self), Stream("stderr", self)
        self._beneath = Beneath()

    def _translators(self) -> list[int]:
        manager = self.input_transformer_manager
        steps = (manager.cleanup_transforms, manager.line_transforms, manager.token_transformers)
        return [*map(len, steps), len(self.input_transformers_post)]

    def transform_cell(self, raw_cell: str) -> str:
        """Translate a cell into Python; a cell that is plain Python already is spared the time."""
        if is_plain_python(raw_cell) and self._translators() == self._own_translators:
            return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"
        translated: str = super().transform_cell(raw_cell)
        return translated

    def transform_ast(self, node: ast.Module) -> ast.Module:
        """What may not be there is made to cost itself alone."""
        return super().transform_ast(_GUARD.visit(node))

    async def run_code(
        self, code_obj: CodeType, result: Any = None, *, async_: bool = False
    ) -> bool:
        """Run a statement; whether the cell stops there."""
        self.names.note_code(code_obj)
        failed: bool = await super().run_code(code_obj, result, async_=async_)
        error = result.error_in_exec if failed and result is not None else None
        if error is not None and self.lacking.passes(error, lost_by(code_obj)):
            result.error_in_exec = None
            return False
        return failed

    def goes_on(self, lost: Iterable[str]) -> bool:
        """Whether the error that is being handled is only for want of something."""
        error = sys.exc_info()[1]
        return error is not None and self.lacking.passes(error, lost)

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if self._find_with_lazy_load("line", magic_name) is None:
            raise MissingMagic(f"%{magic_name}")
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if self._find_with_lazy_load("cell", magic_name) is None:
            raise MissingMagic(f"%%{magic_name}")
        return super().run_cell_magic(magic_name, line, cell)

    def should_run_async(self, raw_cell: str, **transformed: Any) -> bool:
        """Whether an event loop runs around the cell."""
        return self._loop.is_wanted(raw_cell) or super().should_run_async(raw_cell, **transformed)

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Figures stay in the notebook, whichever window was asked for."""
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept every graphics loop: there is no window, figures are shown inline."""

    def init_virtualenv(self) -> None:
        """There is none inside."""

    def ask_exit(self) -> None:
        """`exit` in a cell ends that cell only."""
        raise SystemExit

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """The caller writes the traceback from the result."""

    showsyntaxerror = showtraceback

    def system(self, cmd: str) -> None:
        """Run `!command` and print what it prints."""
        done = subprocess.run(  # noqa: S602 - the student's own shell command, in the sandbox
            self.var_expand(cmd, depth=1),
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        print(done.stdout.decode("utf-8", "replace"), end="")
        self.user_ns["_exit_code"] = done.returncode

    system_piped = system_raw = system

    def show(self, kind: str, data: dict[str, Any]) -> None:
        """Keep the richest representation that a page can show."""
        for mime in KEPT_TYPES:
            if mime in data:
                value = data[mime]
                text = base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
                self.transcript.add(kind, mime, text.strip() if mime.startswith("image/") else text)
                return

    def run(self, source: str, number: int, limit: int) -> dict[str, Any]:
        """Run a cell; `number` names it in tracebacks. Returns what it raised and did not find."""
        self.transcript = Transcript(limit)
        self.lacking.begin(number, source)
        if limit > 0:
            self._beneath.open()
        # Drawing a figure costs more than most cells: it is not drawn when nobody will see it.
        self.display_formatter.active_types = list(KEPT_TYPES) if limit > 0 else ["text/plain"]
        out, err = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        try:
            with self.names.run_of(number):
                error = self._run(source, number)
                self.names.unresolved = isinstance(error, NameError)
        finally:
            sys.stdout, sys.stderr = out, err
            self._beneath.collect(self.transcript)
        told = None if error is None else self.described(error)
        return {"error": told, "lacking": self.lacking.told}

    def enter(self) -> None:
        """Begin in the working directory of the submission."""
        self.history_manager.dir_hist[:] = [Path.cwd()]

    def _run(self, source: str, number: int) -> BaseException | None:
        inputs = self.history_manager.input_hist_parsed
        inputs += [""] * (number - len(inputs))
        self.execution_count = number
        result = self.run_cell(source, store_history=True)
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error

    def described(self, error: BaseException) -> dict[str, Any]:
        """An exception as plain data; a name that is missing for want of something says so."""
        name = error.name if isinstance(error, NameError) else None
        return describe_error(error, self.lacking.why_perhaps(name) if name else "")


def warm_shell() -> Shell:
    """The one shell, made before the first submission; importing pyplot warms its font list."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Minimal"
    # By these, notebooks and libraries know that they are in a notebook.
    config.IPKernelApp.connection_file = inside_kernel.CONNECTION
    Shell.__module__, Shell.__name__ = "ipykernel.zmqshell", "ZMQInteractiveShell"
    Shell.__qualname__ = Shell.__name__
    shell = Shell.instance(config=config)
    shell.extension_manager.load_extension("storemagic")
    inside_kernel.register_magics(shell)
    inside_kernel.pretend()
    if "matplotlib" in sys.modules:
        inside_kernel.draw_inline()
        _warm_plots(shell)
    if "torch" in sys.modules:
        inside_torch.compile_nothing()
    return shell


# What the first figures of a notebook would otherwise import, look up and cache for themselves.
_WARM_FIGURE = """%matplotlib inline
import matplotlib.pyplot as _plot
_figure, (_left, _right) = _plot.subplots(1, 2, layout="constrained")
_left.plot([0, 1], "o--", label="$x^2$")
_left.scatter([0, 1], [1, 0], c=[0, 1])
_left.set(title="title", xlabel="x", ylabel="y")
_left.legend()
_right.imshow([[0, 1], [1, 0]])
_right.contour([[0, 1], [1, 0]])
_right.bar([0, 1], [0, 1])
_plot.show()
_plot.close("all")
del _plot, _figure, _left, _right
"""


def _warm_plots(shell: Shell) -> None:
    shell.transcript = Transcript(10**6)
    result = shell.run_cell(_WARM_FIGURE)
    if not result.success:
        raise RuntimeError("a plot could not be drawn in the warm interpreter") from (
            result.error_before_exec or result.error_in_exec
        )


def is_plain_python(source: str) -> bool:
    """Whether IPython's translation surely leaves the source as it is.

    In a cell of one line a magic needs no per cent sign.
    """
    return "\n" in source.strip() and _NEEDS_TRANSLATION.search(source) is None
