"""An exception as its student may read it: type, message, the lines of the notebook, advice."""

from __future__ import annotations

import linecache
import warnings
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from .inside_newer_python import needs_newer_python
from .inside_output import clean

_MAX_MESSAGE = 500
_CELL_PREFIX, _TIMED = "<ipython-input-", "<timed exec>"
# Of many calls within each other the first and the last tell the most.
_MAX_FRAMES, _FIRST, _LAST = 12, 4, 6
# PyTorch raises a plain RuntimeError with these words.
_TORCH_MEMORY = "DefaultCPUAllocator: can't allocate memory"
_NO_DEVICE = (
    "not compiled with CUDA enabled",
    "arguments from the 'CUDA' backend",
    "arguments from the 'MPS' backend",
    "has no attribute '_cuda_",
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "torch.cuda.is_available() is False",
    "not linked with support for mps",
    "not compiled with XPU enabled",
    "MPS backend is not available",
)
_DEVICE_ADVICE = (
    'grading runs on the CPU: choose the device by "cuda" if torch.cuda.is_available() else "cpu"'
)


def describe_error(error: BaseException, advice: str = "") -> dict[str, Any]:
    """An exception as plain data; `advice` is what is known about it besides."""
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
    lines = _student_lines(error) + lines
    memory = isinstance(error, MemoryError) or _TORCH_MEMORY in message
    return {
        "type": kind,
        "message": message,
        "traceback": clean("\n".join(lines)),
        "memory": memory,
        "advice": advice or _advice(error, message),
    }


def _advice(error: BaseException, message: str) -> str:
    if isinstance(error, RecursionError):
        return "a function calls itself without end"
    if any(words in message for words in _NO_DEVICE):
        return _DEVICE_ADVICE
    try:
        return needs_newer_python(error)
    except Exception:  # a student's class can raise anything when it is read
        return ""


def _syntax_lines(error: SyntaxError) -> list[str]:
    place = f"{_cell_name(error.filename or '')}, line {error.lineno}"
    text = (error.text or "").rstrip()[:_MAX_MESSAGE]
    caret = " " * max(0, (error.offset or 1) - 1) + "^"
    return [place, f"    {text}", f"    {caret}", f"{type(error).__name__}: {error.msg}"]


def _frames(traceback: TracebackType | None, *, timed: bool = False) -> Iterator[TracebackType]:
    """Those that ran lines of the notebook, also those that `%%time` compiled."""
    names = (_CELL_PREFIX, _TIMED) if timed else _CELL_PREFIX
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith(names):
            yield traceback
        traceback = traceback.tb_next


def _student_lines(error: BaseException) -> list[str]:
    endless = isinstance(error, RecursionError)
    most = (_FIRST + 1) if endless else _MAX_FRAMES
    first: list[TracebackType] = []
    last: deque[TracebackType] = deque(maxlen=most - _FIRST)
    dropped = 0
    for frame in _frames(error.__traceback__):
        if len(first) < _FIRST:
            first.append(frame)
            continue
        dropped += len(last) == last.maxlen
        last.append(frame)
    ending = list(last)
    if dropped and not endless:
        dropped += len(ending) - _LAST
        ending = ending[-_LAST:]
    lines = [line for frame in first for line in _frame_lines(frame)]
    lines += [f"... {dropped} more calls ..."] if dropped else []
    return lines + [line for frame in ending for line in _frame_lines(frame)]


def _frame_lines(frame: TracebackType) -> list[str]:
    code, number = frame.tb_frame.f_code, frame.tb_lineno
    name = "" if code.co_name == "<module>" else f", in {code.co_name}"
    text = linecache.getline(code.co_filename, number).strip()
    place = f"{_cell_name(code.co_filename)}, line {number}{name}"
    return [place, f"    {text[:_MAX_MESSAGE]}"] if text else [place]


def _cell_name(filename: str) -> str:
    number = filename.removeprefix(_CELL_PREFIX).split("-", 1)[0]
    return f"Cell {number}" if number.isdecimal() else "Cell"


def line_of(error: BaseException) -> int:
    """The line of the cell at which it came to the error, 0 where none is known."""
    return next((frame.tb_lineno for frame in _frames(error.__traceback__, timed=True)), 0)
