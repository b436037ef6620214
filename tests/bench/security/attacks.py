"""What is handed in: the corpus' forging and stealing notebooks, the controls, and the canaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests import submissions

KINDS = ("forging", "stealing")
SOLVED, RELEASE, EMPTY = "control/solved", "control/release", "control/empty"
CONTROLS = (SOLVED, RELEASE, EMPTY)
# Its own wire format, classes, module names and mounts: elsewhere there is nothing of the name.
_HELDOUTS_INSIDE = re.compile(r"msgspec|_Session\b|inside_session|import wire\b|/heldout/inside/")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Attack:
    """A notebook to be graded as it is; `specific` when it is made for Heldout's inside."""

    name: str
    tries: str
    notebook: bytes
    specific: bool = False


@dataclass(frozen=True)
class Canaries:
    """Secrets that no submission may learn, different in every run."""

    hidden_tests: str
    environment: str
    file: str

    @classmethod
    def planted(cls, token: str) -> Canaries:
        """Three of them, told apart by their words."""
        words = ("hidden-tests", "environment", "file")
        return cls(*[f"canary-of-the-{word}-{token}" for word in words])

    def names_in(self, texts: Iterable[str]) -> frozenset[str]:
        """Which of them stand in one of the texts, also where markup cuts through them."""
        whole = "\0".join(text for given in texts for text in (given, _TAG.sub("", given)))
        named = {name.replace("_", " "): value for name, value in vars(self).items()}
        return frozenset(name for name, value in named.items() if value in whole)


def controls() -> list[Attack]:
    """The solved source, the release and the notebook of imports alone."""
    bases = {SOLVED: "source", RELEASE: "release", EMPTY: "empty"}
    return [
        Attack(name, f"The {base} itself.", json.dumps(submissions.thin(base)).encode())
        for name, base in bases.items()
    ]


def attacks() -> list[Attack]:
    """Every forging and stealing entry of the corpus."""
    found = []
    for entry in submissions.corpus():
        if entry.kind in KINDS:
            notebook = entry.make()
            found.append(Attack(entry.name, entry.tries, notebook, is_specific(notebook)))
    return found


def is_specific(notebook: bytes) -> bool:
    """Whether its code speaks of Heldout's inside, which no other grader has."""
    document: Mapping[str, list[Mapping[str, object]]] = json.loads(notebook)
    sources = ("".join(cell["source"]) for cell in document["cells"])  # type: ignore[arg-type]
    return any(_HELDOUTS_INSIDE.search(source) for source in sources)
