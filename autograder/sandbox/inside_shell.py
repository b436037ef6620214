"""IPython as the notebook's interpreter: it runs cells and keeps what they print and show."""

from __future__ import annotations

import base64
import builtins
import io
import os
import re
import subprocess
import sys
import traceback
import warnings
from types import TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

_KEPT_TYPES = (
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "text/html",
    "text/markdown",
    "text/latex",
    "text/plain",
)
_MAX_FRAMES = 12
_MAX_MESSAGE = 500
_MAX_ITEMS = 200
_CELL_PREFIX = "<ipython-input-"
# PyTorch raises a plain RuntimeError with these words.
_TORCH_MEMORY = "DefaultCPUAllocator: can't allocate memory"
# Magics, shell commands and help; lines with a quoting escape or a pasted prompt; an indented cell.
_NEEDS_TRANSLATION = re.compile(r"[%!?]|^\s*(?:[,;/]|>>>|\.\.\.|In \[)|\A\s", re.MULTILINE)


class Transcript:
    """What one cell showed, up to `limit` characters; what is beyond is dropped and said."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.items: list[list[Any]] = []

    def add(self, kind: str, mime: str, text: str) -> None:
        """Append one output; streams of one kind run together."""
        text = clean(text)
        kept = text[: self.left] if mime.startswith("text/") else text * (len(text) <= self.left)
        truncated = len(kept) < len(text)
        self.left -= len(kept)
        last = self.items[-1] if self.items else None
        if last and last[0] == kind and kind in ("stdout", "stderr"):
            last[2] += kept
            last[3] = last[3] or truncated
        elif (kept or truncated) and len(self.items) < _MAX_ITEMS:
            self.items.append([kind, mime, kept, truncated])


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, kind: str, shell: Shell) -> None:
        self.kind = kind
        self.shell = shell

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.shell.transcript.add(self.kind, "text/plain", str(text))
        return len(text)


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
    display_pub_class = _Publisher
    displayhook_class = _Hook

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.transcript = Transcript(0)
        super().__init__(*args, **kwargs)
        self._own_translators = self._translators()

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
        for mime in _KEPT_TYPES:
            if mime in data:
                value = data[mime]
                text = base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
                self.transcript.add(kind, mime, text.strip() if mime.startswith("image/") else text)
                return

    def run(self, source: str, number: int, limit: int) -> BaseException | None:
        """Run a cell; `number` names it in tracebacks. Returns what it raised, if anything."""
        self.transcript = Transcript(limit)
        self.execution_count = number
        # Drawing a figure costs more than most cells: it is not drawn when nobody will see it.
        self.display_formatter.active_types = list(_KEPT_TYPES) if limit > 0 else ["text/plain"]
        out, err = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", self), _Stream("stderr", self)
        try:
            result = self.run_cell(source, store_history=False)
        finally:
            sys.stdout, sys.stderr = out, err
        return result.error_before_exec or result.error_in_exec


def warm_shell() -> Shell:
    """The one shell, made before the first submission; importing pyplot warms its font list."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Minimal"
    shell = Shell.instance(config=config)
    builtins.input = _no_input
    os.environ["PAGER"] = "cat"
    if "matplotlib" in sys.modules:
        _warm_plots(shell)
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
    error = shell.run(_WARM_FIGURE, 0, 10**6)
    if error is not None:
        raise RuntimeError("a plot could not be drawn in the warm interpreter") from error


def is_plain_python(source: str) -> bool:
    """Whether IPython's translation surely leaves the source as it is."""
    return _NEEDS_TRANSLATION.search(source) is None


def clean(text: str) -> str:
    """Text that is valid Unicode: a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _no_input(prompt: object = "") -> str:
    raise EOFError("input() has nobody to answer it while a notebook is graded")


def describe_error(error: BaseException) -> dict[str, Any]:
    """An exception as plain data: its type, its message and the student's own lines of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            message = clean(str(error)[:_MAX_MESSAGE])
        except BaseException:
            message = ""
    kind = type(error).__name__
    lines = [f"{kind}: {message}" if message else kind]
    if isinstance(error, SyntaxError):
        lines = _syntax_lines(error)
    lines = _student_lines(error.__traceback__) + lines
    memory = isinstance(error, MemoryError) or _TORCH_MEMORY in message
    return {
        "type": kind,
        "message": message,
        "traceback": clean("\n".join(lines)),
        "memory": memory,
    }


def _syntax_lines(error: SyntaxError) -> list[str]:
    place = f"{_cell_name(error.filename or '')}, line {error.lineno}"
    text = (error.text or "").rstrip()[:_MAX_MESSAGE]
    caret = " " * max(0, (error.offset or 1) - 1) + "^"
    return [place, f"    {text}", f"    {caret}", f"{type(error).__name__}: {error.msg}"]


def _student_lines(frames: TracebackType | None) -> list[str]:
    entries = [
        entry for entry in traceback.extract_tb(frames) if entry.filename.startswith(_CELL_PREFIX)
    ]
    shown = entries if len(entries) <= _MAX_FRAMES else [*entries[:4], None, *entries[-6:]]
    lines: list[str] = []
    for entry in shown:
        if entry is None:
            lines.append(f"... {len(entries) - 10} more calls ...")
            continue
        name = "" if entry.name == "<module>" else f", in {entry.name}"
        lines += [f"{_cell_name(entry.filename)}, line {entry.lineno}{name}"]
        lines += [f"    {(entry.line or '')[:_MAX_MESSAGE]}"] if entry.line else []
    return lines


def _cell_name(filename: str) -> str:
    number = filename.removeprefix(_CELL_PREFIX).split("-", 1)[0]
    return f"Cell {number}" if number.isdecimal() else "Cell"
