"""One helpful sentence for a file that is not a notebook: what it seems to be, what to do."""

from __future__ import annotations

import re

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")
_PYTHON = re.compile(rb"^(?:#!|#\s*%%|import |from \w+ import |def |class |@|\"\"\"|\w+ = )", re.M)
_CONFLICT = re.compile(rb"^(?:<<<<<<< |>>>>>>> )", re.M)
_SAMPLE = 4096


class NotebookRejected(ValueError):
    """The upload is not a notebook that can be graded; the message is one sentence of help."""


def refuse_other_files(data: bytes) -> None:
    """Raise NotebookRejected if the first bytes already show that this is no JSON object."""
    start = data[:_SAMPLE].lstrip()
    if not start:
        if data.strip():
            return
        raise NotebookRejected("The file is empty: save the notebook in Jupyter and try again.")
    if start.startswith(b"{") and not start.startswith(_UTF_16):
        return
    raise NotebookRejected(_other_file(data[:_SAMPLE], start))


def _other_file(head: bytes, start: bytes) -> str:
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            return f"The file is {what}, not a notebook: upload the .ipynb file itself."
    if head.startswith(b"PK\x03\x04"):
        return "The file is a ZIP archive, not a notebook: unpack it and upload the .ipynb file."
    if start.startswith(_UTF_16):
        return "The file is saved as UTF-16 text: save the notebook as UTF-8 and try again."
    if not head.strip(b"\0"):
        return "The file holds only NUL bytes, a damaged copy: save the notebook again."
    if start.startswith(b"<"):
        return (
            "The file is a web page, not a notebook (perhaps a log-in page was saved in its"
            " place): download the .ipynb file again."
        )
    if start.startswith(b"["):
        return "The file is a JSON list, not a notebook: upload the .ipynb file that Jupyter saves."
    if b"\0" not in head and _PYTHON.search(start):
        return (
            "The file looks like a Python script, not a notebook: upload the .ipynb file that"
            " Jupyter saves."
        )
    return "The file is not a notebook: upload the .ipynb file that Jupyter saves."


def explain_json_value(data: bytes) -> str:
    """The sentence for JSON whose top level is not an object."""
    return (
        "The file is JSON but not a notebook: it starts with"
        f" {data[:1].decode('ascii', 'replace')!a}, expected an object with cells."
    )


def explain_version(version: int | None, *, old: bool) -> str:
    """The sentence for an nbformat other than 4; `old` for notebooks of IPython's time."""
    if old:
        name = f"format {version}" if version is not None else "an old format"
        return (
            f"The notebook is in {name}, expected format 4: open it in Jupyter and save it, or run"
            " `jupyter nbconvert --to notebook --inplace` on it."
        )
    if version is None:
        return "The file has no notebook format number (`nbformat`): save it again in Jupyter."
    shown = str(version) if version < 1000 else "unknown"
    return f"The notebook is in format {shown}, expected format 4: save it again in Jupyter."


def explain_malformed_json(data: bytes, error: Exception) -> str:
    """The sentence for text that starts like a notebook but is not JSON."""
    advice = "open the notebook in Jupyter, save it and try again"
    if _CONFLICT.search(data):
        return (
            "The file contains merge conflict marks (<<<<<<<) of a version control program:"
            f" resolve them, {advice}."
        )
    if b"\0" in data:
        return f"The file contains NUL bytes, so it was damaged in a copy: {advice}."
    try:
        data.decode()
    except UnicodeDecodeError as problem:
        if problem.reason != "unexpected end of data":
            return f"The file is not UTF-8 text (byte {problem.start}): {advice}."
    if "truncated" in str(error):
        return f"The file ends too early, as if it was cut off while being copied: {advice}."
    place = re.search(r"\(byte (\d+)\)", str(error))
    if place is None:
        return f"The file is damaged (not readable as JSON): {advice}."
    line = data.count(b"\n", 0, int(place[1])) + 1
    return f"The file is damaged (not readable as JSON at line {line}): {advice}."
