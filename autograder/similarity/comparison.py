"""Every student's notebook against every other's, by an index of fingerprints.

The cost grows with what is shared and not with the number of pairs: a k-gram that more than a
tenth of the class has (and more than ten students) says nothing about two of them and is left out.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from autograder.similarity.tokens import tokens_of
from autograder.similarity.winnowing import fingerprints, kgrams
from autograder.submitted.notebook import Notebook

COMMON_SHARE = 0.1
COMMON_STUDENTS = 10
# Below this many shared fingerprints two notebooks are not named as a pair.
LEAST_SHARED = 6
# A notebook with less of its own is measured as if it had this many: little is soon shared.
LEAST_OWN = 20
MOST_PAIRS = 200
_TOGETHER = 50


class Stopped(Exception):
    """The caller does not want the answer any more."""


@dataclass(frozen=True)
class Document:
    """One attempt: its number and its student's, and its notebook."""

    submission: int
    student: int
    notebook: Notebook


@dataclass(frozen=True)
class Pair:
    """Two attempts of two students.

    `shared` counts equal fingerprints, `figure` is their share of the notebook with fewer.
    """

    left: int
    right: int
    shared: int
    figure: float


@dataclass(frozen=True)
class Found:
    """The pairs, the highest figure first, and the k-grams that did not count."""

    pairs: tuple[Pair, ...]
    students: int
    left_out: frozenset[int]


@dataclass(frozen=True)
class _Class:
    prints: dict[int, set[int]]
    attempts: dict[int, list[int]]


def compare(
    documents: Iterable[Document],
    release: Iterable[Notebook],
    on_progress: Callable[[int], bool] = lambda _done: True,
) -> Found:
    """Rank the pairs; `on_progress` gets the notebooks read and stops everything by False.

    Documents are taken one by one, so that a class need not fit into memory.
    """
    given = {value for notebook in release for value in _hashes(notebook)}
    hashes: dict[int, array[int]] = {}
    attempts: defaultdict[int, list[int]] = defaultdict(list)
    for done, document in enumerate(documents):
        if done % _TOGETHER == 0 and not on_progress(done):
            raise Stopped
        hashes[document.submission] = array("Q", _hashes(document.notebook))
        attempts[document.student].append(document.submission)
    if not on_progress(len(hashes)):
        raise Stopped
    left_out = given | _common(hashes, attempts, given)
    found = _Class(
        {number: fingerprints(values, left_out) for number, values in hashes.items()}, attempts
    )
    best = (_best(found, *students) for students in _candidates(found))
    pairs = [pair for pair in best if pair.shared >= LEAST_SHARED]
    ranked = heapq.nlargest(MOST_PAIRS, pairs, key=lambda p: (p.figure, p.shared, -p.left))
    return Found(tuple(ranked), len(found.attempts), frozenset(left_out))


def _hashes(notebook: Notebook) -> list[int]:
    return kgrams([token.symbol for token in tokens_of(notebook)])


def _of_student(found: _Class, student: int) -> set[int]:
    return set().union(*(found.prints[number] for number in found.attempts[student]))


def _common(
    hashes: Mapping[int, array[int]], attempts: Mapping[int, list[int]], given: set[int]
) -> set[int]:
    """The k-grams that many students have: they say nothing about two of them."""
    holders: Counter[int] = Counter()
    for numbers in attempts.values():
        holders.update(set().union(*(hashes[number] for number in numbers)) - given)
    most = max(COMMON_STUDENTS, COMMON_SHARE * len(attempts))
    return {value for value, count in holders.items() if count > most}


def _candidates(found: _Class) -> Iterator[tuple[int, int]]:
    """The students who share enough to look at their attempts one by one."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for student in sorted(found.attempts):
        for value in _of_student(found, student):
            holders[value].append(student)
    shared: Counter[tuple[int, int]] = Counter()
    for students in holders.values():
        shared.update(combinations(students, 2))
    return (pair for pair, count in shared.items() if count >= LEAST_SHARED)


def _best(found: _Class, one: int, other: int) -> Pair:
    """The two attempts of two students that are most alike."""
    pairs = (
        _pair(found, left, right) for left in found.attempts[one] for right in found.attempts[other]
    )
    return max(pairs, key=lambda pair: (pair.figure, pair.shared))


def _pair(found: _Class, left: int, right: int) -> Pair:
    own, others = found.prints[left], found.prints[right]
    shared = len(own & others)
    return Pair(left, right, shared, shared / max(min(len(own), len(others)), LEAST_OWN))
