"""Fingerprints by winnowing: of each window of k-grams the one with the least hash is kept.

Whatever two texts share over `K + WINDOW - 1` tokens gives both at least one equal fingerprint;
what is shorter than `K` tokens gives none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

K = 16
WINDOW = 8
_MODULUS = (1 << 61) - 1
_BASE = 1_000_003
_FIRST_POWER = pow(_BASE, K - 1, _MODULUS)


def kgrams(symbols: Sequence[int]) -> list[int]:
    """The hash of every K tokens that follow each other, by where they begin (Karp and Rabin)."""
    if len(symbols) < K:
        return []
    value = 0
    for symbol in symbols[:K]:
        value = (value * _BASE + symbol) % _MODULUS
    found = [value]
    for leaving, entering in zip(symbols, symbols[K:], strict=False):
        value = ((value - leaving * _FIRST_POWER) * _BASE + entering) % _MODULUS
        found.append(value)
    return found


def fingerprints(hashes: Sequence[int], without: Collection[int] = ()) -> set[int]:
    """The fingerprints of a text's k-grams.

    K-grams in `without` (those of the release) divide the text: each run between them is winnowed
    by itself, so that they take no window's place.
    """
    found: set[int] = set()
    for run in _runs(hashes, without):
        if len(run) <= WINDOW:
            found.add(min(run))
        else:
            found.update(min(run[i : i + WINDOW]) for i in range(len(run) - WINDOW + 1))
    return found


def _runs(hashes: Sequence[int], without: Collection[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for value in hashes:
        if value not in without:
            run.append(value)
        elif run:
            yield run
            run = []
    if run:
        yield run
