"""Where two notebooks say the same: passages of lines on either side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass

from autograder.similarity.tokens import Token, tokens_of
from autograder.similarity.winnowing import K, kgrams
from autograder.submitted.notebook import Notebook

# Passages whose k-grams are all over the notebook are followed from so many places alone.
_MOST_PLACES = 20


@dataclass(frozen=True)
class Passage:
    """Lines `left` of one notebook and `right` of the other, from and up to (both counted from 0
    and included), with the same `tokens` tokens."""

    left: tuple[int, int]
    right: tuple[int, int]
    tokens: int


def common_passages(
    left: Notebook, right: Notebook, left_out: Collection[int]
) -> tuple[Passage, ...]:
    """The longest shared passages in the left one's order, without k-grams that do not count."""
    own, others = tokens_of(left), tokens_of(right)
    hashes, other_hashes = _hashes(own), _hashes(others)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(other_hashes):
        if value not in left_out and len(places[value]) < _MOST_PLACES:
            places[value].append(place)
    return tuple(_found(own, others, hashes, other_hashes, places))


def _found(
    own: list[Token],
    others: list[Token],
    hashes: list[int],
    other_hashes: list[int],
    places: dict[int, list[int]],
) -> Iterator[Passage]:
    at = 0
    while at < len(hashes):
        starts = places.get(hashes[at], [])
        lengths = [(_length(hashes, other_hashes, at, start, places), -start) for start in starts]
        length, negative = max(lengths, default=(0, 0))
        if not length:
            at += 1
            continue
        tokens = length + K - 1
        yield Passage(_lines(own, at, tokens), _lines(others, -negative, tokens), tokens)
        at += length


def _length(
    hashes: Sequence[int],
    others: Sequence[int],
    at: int,
    start: int,
    counted: Container[int],
) -> int:
    """How many k-grams from here on are the same and count: a passage ends where the release's
    begins."""
    length = 0
    most = min(len(hashes) - at, len(others) - start)
    while length < most and hashes[at + length] == others[start + length]:
        if hashes[at + length] not in counted:
            break
        length += 1
    return length


def _lines(tokens: list[Token], begin: int, length: int) -> tuple[int, int]:
    return tokens[begin].line, tokens[begin + length - 1].line


def _hashes(tokens: list[Token]) -> list[int]:
    return kgrams([token.symbol for token in tokens])
