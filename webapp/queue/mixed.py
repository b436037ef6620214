"""Whether all machines grade an assignment with the same, and which one does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from webapp.models import WorkerRow

_CANNOT = (
    "leaves {} to other workers: it cannot have the version that the site grades with, and its log"
    " says why."
)

Versions = Mapping[str, Mapping[str, str]]


def odd_ones(site: Versions, workers: Sequence[WorkerRow], names: Collection[str]) -> list[str]:
    """One sentence for each worker that differs, and for each way in which it does.

    Compared is what each last said of the assignments `names`: with the site's own process, and
    where that says nothing, with what most of them have.
    """
    sentences = []
    for worker in workers:
        found: dict[str, list[str]] = {}
        for name in sorted(names):
            if sentence := _difference(name, worker, workers, site):
                found.setdefault(sentence, []).append(name)
        for sentence, which in found.items():
            sentences.append(f"{worker.host} {sentence.format(', '.join(which))}")
    return list(dict.fromkeys(sentences))


def _difference(name: str, worker: WorkerRow, workers: Sequence[WorkerRow], site: Versions) -> str:
    mine, theirs = worker.versions.get(name), site.get(name, {})
    if not mine:
        return ""  # it began a moment ago, or is of an earlier Heldout
    if "fault" in mine:
        has = "files" in theirs or any("files" in w.versions.get(name, {}) for w in workers)
        return _CANNOT if has else ""
    if mine["files"] != (theirs.get("files") or _most(workers, name, "files")):
        return "has other files of {} than the site, so it leaves that work to others."
    if mine["grader"] != (theirs.get("grader") or _most(workers, name, "grader")):
        return (
            f"grades {{}} as {mine['grader']}, others do not: its Heldout, reference or libraries"
            " differ, so their scores may not be comparable."
        )
    return ""


def _most(workers: Sequence[WorkerRow], name: str, key: str) -> str:
    """What most workers have; of equally many the first by host."""
    counted = Counter(_said(workers, name, key))
    return counted.most_common(1)[0][0] if counted else ""


def _said(workers: Sequence[WorkerRow], name: str, key: str) -> Iterator[Any]:
    return (w.versions[name][key] for w in workers if key in w.versions.get(name, {}))


def nobody_has(workers: Sequence[WorkerRow], waiting: Collection[str], site: Versions) -> list[str]:
    """The assignments of which something waits and that no worker has as the site grades them."""

    def fits(worker: WorkerRow, name: str) -> bool:
        mine, expected = worker.versions.get(name), site.get(name, {}).get("files")
        return not mine or ("fault" not in mine and expected in (None, mine["files"]))

    missing = (name for name in sorted(waiting) if not any(fits(w, name) for w in workers))
    return list(missing) if workers else []
