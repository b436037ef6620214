"""The text of a roster's bytes, whatever wrote them: its encoding is recognised, and said."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# What somebody may choose where the guess is wrong, and its words.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1254": "Windows-1254 (Turkish)",
    "mac-roman": "Mac OS Roman",
    "cp850": "DOS, code page 850",
    "gb18030": "GB 18030 (Chinese)",
    "shift-jis": "Shift JIS (Japanese)",
}
# Most bytes mean something in each of these: the one in which they look like words is taken.
_OLD = ("cp1252", "mac-roman", "cp850")
_LOWER = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "a spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel spreadsheet"),
    (b"%PDF", "a PDF"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
)


class RosterError(Exception):
    """The roster cannot be read or taken in: one sentence."""


@dataclass(frozen=True)
class Decoded:
    """A text and the encoding it was read in; `certain` where nothing was guessed."""

    text: str
    encoding: str
    certain: bool = True

    @property
    def words(self) -> str:
        """The encoding for people."""
        return ENCODINGS.get(self.encoding, self.encoding.upper())


def decoded(data: bytes, source: str, encoding: str = "") -> Decoded:
    """The text of a roster's file, in the encoding that was chosen or a recognised one.

    Raises RosterError.
    """
    for start, what in _OTHER_FILES:
        if data.lstrip()[:20].lower().startswith(start.lower()):
            raise RosterError(f"{source} is {what}: save it as CSV, then choose it again.")
    found = _as_chosen(data, source, encoding) if encoding else _recognised(data)
    if re.search(r"[\x00-\x08\x0e-\x1f]", found.text):
        raise RosterError(f"{source} is no text: save it as CSV, then choose it again.")
    return found


def _as_chosen(data: bytes, source: str, encoding: str) -> Decoded:
    if encoding not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        raise RosterError(f"The encoding is {encoding!r}, expected one of {known}.")
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        raise RosterError(f"{source} is not in {ENCODINGS[encoding]}: choose another.") from None


def _recognised(data: bytes) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding, errors="replace"), encoding)
    # Letters of European languages in UTF-16 have every other byte 0.
    for encoding, zeros in (("utf-16-le", data[1:200:2]), ("utf-16-be", data[0:200:2])):
        if zeros.count(0) * 2 > len(zeros):
            return Decoded(data.decode(encoding, errors="replace"), encoding)
    try:
        return Decoded(data.decode("utf-8"), "utf-8-sig")
    except UnicodeDecodeError:
        return max(map(_guess, _OLD, [data] * len(_OLD)), key=lambda pair: pair[0])[1]


def _guess(encoding: str, data: bytes) -> tuple[int, Decoded]:
    """How much like words the bytes look in an old encoding."""
    text = data.decode(encoding, errors="replace")
    figure = 0
    for before, letter in zip(" " + text, text, strict=False):
        if ord(letter) < 128:
            continue
        starts = letter.lower() in _LOWER and not before.isalpha()
        figure += 1 if letter in _LOWER or starts else -1
    return figure, Decoded(text, encoding, certain=False)
