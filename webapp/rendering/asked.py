"""What may be asked of the renderer, what comes back, and by which name a copy is kept."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec
from markupsafe import Markup

Kind = Literal["markdown", "review", "notebook", "pdf"]
Failure = Literal["", "time", "memory", "crash", "away"]

# What a page is made with; another version of one makes other copies.
_MADE_WITH = ("markdown-it-py", "mdit-py-plugins", "latex2mathml", "nh3", "pypdfium2")
_OURS = ("base/bounds.py", "base/formulas.py", "base/markdown.py", "rendering/inside_made.py")


class Asked(msgspec.Struct, frozen=True):
    """A text, a notebook with what grading put out (`detail`), or a PDF.

    `top` is the level of a text's highest heading.
    """

    kind: Kind
    source: bytes
    detail: bytes = b""
    top: int = 3

    @property
    def key(self) -> str:
        """The name of its copy: the same for the same content, kind and renderer."""
        return key_of(self.kind, _digest(self.source), _digest(self.detail), str(self.top))


class Piece(msgspec.Struct, frozen=True):
    """One output of a cell; `kind` is `text`, `error`, `html`, `picture` or `note`."""

    kind: str
    text: str = ""
    position: int = 0
    truncated: bool = False

    @property
    def html(self) -> Markup:
        """An output as HTML, sanitised where it was made."""
        return Markup(self.text)  # noqa: S704


class Cell(msgspec.Struct, frozen=True):
    """One cell of a notebook; a Markdown cell's `text` is HTML, a code cell's its source.

    `status` is how a code cell ended, empty where it was not run.
    """

    index: int
    kind: str
    text: str
    number: int = 0
    status: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def html(self) -> Markup:
        """A Markdown cell, sanitised where it was made."""
        return Markup(self.text)  # noqa: S704


class Made(msgspec.Struct, frozen=True):
    """What was made: `html` of a text, cells of a notebook, or a PDF's pages.

    `pages` is how much of a page a review fills, or how many a PDF has. `left_out` says what was
    not made, `refusal` why a PDF is none, `failed` why nothing could be made. `pictures` lie
    beside the copy.
    """

    html: str = ""
    cells: tuple[Cell, ...] = ()
    pages: float = 0.0
    left_out: str = ""
    refusal: str = ""
    failed: Failure = ""
    pictures: dict[str, bytes] = {}


encode = msgspec.msgpack.Encoder().encode
decode_asked = msgspec.msgpack.Decoder(Asked).decode
decode_made = msgspec.msgpack.Decoder(Made).decode


def key_of(kind: str, *parts: str) -> str:
    """The name of a copy whose content those parts name."""
    return hashlib.sha256("\0".join((made_by(), kind, *parts)).encode()).hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.cache
def made_by() -> str:
    """The renderer's version: that of its libraries, and its own files."""
    ours = Path(__file__).parent.parent
    files = hashlib.sha256(b"".join((ours / name).read_bytes() for name in _OURS)).hexdigest()
    return " ".join((*(f"{name} {version(name)}" for name in _MADE_WITH), files))
