"""The notebooks that the stories hand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.submissions import Document, cell, thin, whole_source

_MARKER = re.compile(r"^[ \t]*###[ \t]*(BEGIN|END) SOLUTION[ \t]*\n?", re.M)


def release(*cells: str, markdown: str = "") -> bytes:
    """The notebook as students get it, unsolved, with cells added at its end."""
    document = thin("release")
    if markdown:
        document["cells"].append(cell(markdown, "markdown"))
    return _file(document, cells)


def bare(*cells: str) -> bytes:
    """The solved notebook without its tests and plots, which is graded in no time."""
    return _file(thin("source"), cells)


def solved(*cells: str, answer: str = "") -> bytes:
    """The whole solved notebook, plots included, with a written answer of the student's own."""
    document = whole_source()
    for each in document["cells"]:
        each["source"] = _MARKER.sub("", "".join(each["source"]))
        if answer and each["metadata"].get("nbgrader", {}).get("grade_id") == "why_nonlinear":
            each["source"] = f"**Answer (why_nonlinear):**\n\n{answer}"
    return _file(document, cells)


def upload(data: bytes, name: str = "a01_perceptron.ipynb") -> Any:
    """A file as a file chooser hands it over."""
    return {"name": name, "mimeType": "application/x-ipynb+json", "buffer": data}


def _file(document: Document, cells: Iterable[str]) -> bytes:
    document["cells"] += [cell(source) for source in cells]
    return json.dumps(document).encode()
