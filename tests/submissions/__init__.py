"""The corpus: notebooks and what must become of them, as data.

An entry is a text file. Its opening docstring says in a sentence what it tries and then what must
hold, one line each:

    Base: release | source | empty     the notebook it is added to
    Expect: score<=empty               no more than an empty notebook earns
    Expect: score=16
    Expect: verdict dense=timeout      of the question, or of one of its checks
    Expect: last=timeout               what became of the last cell
    Expect: shows=words                in what the cells printed or raised
    Expect: rejected=words             refused, with a sentence that holds these words

Its cells follow, separated by `# %%` (after the base's cells), `# %% before` (before them) and
`# %% [markdown]`. Without a `Base`, forging and stealing start from the release, all others
from the solved source. What cannot be text is made by the functions of `malformed` and `saved`,
whose docstrings say the same. For speed, the base is thinned out to the cells that define
something.
"""

from __future__ import annotations

import copy
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, find_assignment
from autograder.nbgrader.release import release_notebook

from tests.submissions import malformed, saved

HERE = Path(__file__).parent
KINDS = ("forging", "stealing", "bombs", "active", "honest")
_EXPECT = re.compile(r"^Expect: *(.+)$", re.M)
_BASE = re.compile(r"^Base: *(\w+)$", re.M)
_CELL = re.compile(r"^# %%(.*)$", re.M)

Document = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One submission and what must become of it."""

    name: str
    tries: str
    expectations: tuple[str, ...]
    make: Callable[[], bytes]

    @property
    def kind(self) -> str:
        """The folder it lies in."""
        return self.name.split("/", 1)[0]


def corpus() -> list[Entry]:
    """Every entry: the files of the folders and the functions of the modules."""
    return [*_files(), *_made(malformed, "malformed"), *_made(saved, "saved")]


def _files() -> Iterator[Entry]:
    for kind in KINDS:
        for path in sorted((HERE / kind).glob("*.py")):
            text = path.read_text(encoding="utf-8")
            opening, body = text.split("# %%", 1)
            yield _entry(f"{kind}/{path.stem}", opening.strip('\n"'), _maker(opening, body, kind))


def _maker(opening: str, body: str, kind: str) -> Callable[[], bytes]:
    found = _BASE.search(opening)
    base = found[1] if found else "release" if kind in ("forging", "stealing") else "source"
    return lambda: _assembled("# %%" + body, base)


def _made(module: Any, kind: str) -> Iterator[Entry]:
    for name, function in vars(module).items():
        if callable(function) and getattr(function, "__module__", "") == module.__name__:
            if name.startswith("_"):
                continue
            make = lambda function=function: function(whole_source())  # noqa: E731
            yield _entry(f"{kind}/{name}", inspect.getdoc(function) or "", make)


def _entry(name: str, docstring: str, make: Callable[[], bytes]) -> Entry:
    expectations = tuple(line.strip() for line in _EXPECT.findall(docstring))
    assert expectations, f"{name} expects nothing"
    return Entry(name, docstring.strip().split("\n", 1)[0], expectations, make)


def _assembled(body: str, base: str) -> bytes:
    document = thin(base)
    before, after = [], []
    marks = list(_CELL.finditer(body))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        source = body[mark.end() + 1 : following.start() if following else None].strip("\n")
        kind = "markdown" if "[markdown]" in mark[1] else "code"
        (before if "before" in mark[1] else after).append(cell(source, kind))
    document["cells"] = [*before, *document["cells"], *after]
    return json.dumps(document).encode()


def cell(source: str, kind: str = "code") -> Document:
    """A cell as nbformat 4.4 has it."""
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **extra}


def assignment() -> Assignment:
    """The assignment of the whole corpus."""
    return find_assignment("a01_perceptron")


@cache
def _source() -> Document:
    document: Document = json.loads(assignment().notebook_path.read_bytes())
    return document


@cache
def _release() -> Document:
    document: Document = json.loads(release_notebook(assignment()))
    return document


def whole_source() -> Document:
    """The source notebook, solved, to be changed at will."""
    return copy.deepcopy(_source())


def thin(base: str) -> Document:
    """The release or the source without tests and plots; `empty` has the imports alone."""
    document = copy.deepcopy(_release() if base == "release" else _source())
    code = [each for each in document["cells"] if each["cell_type"] == "code"]
    kept = code[:1]
    if base != "empty":
        kept += [each for each in code if each["metadata"].get("nbgrader", {}).get("solution")]
    document["cells"] = kept
    return document
