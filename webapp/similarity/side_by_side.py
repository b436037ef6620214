"""A pair of notebooks side by side: each side's lines in parts, shared or its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.models import SimilarPair
from webapp.similarity.reports import unpacked


@dataclass(frozen=True)
class Part:
    """Lines that follow each other; `passage` is the number of what is shared, or 0.

    `anchors` are the passages that begin here: two may share a line.
    """

    passage: int
    anchors: tuple[int, ...]
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last line, counted as `first` from 1."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True)
class SideBySide:
    """Both sides, and the size of each passage in tokens by its number, from 1."""

    left: tuple[Part, ...]
    right: tuple[Part, ...]
    passages: tuple[int, ...]


def side_by_side(pair: SimilarPair) -> SideBySide:
    """The code of both attempts with the passages that counted in the report."""
    from autograder.similarity import common_passages
    from autograder.similarity.tokens import code_lines
    from autograder.submitted.notebook import parse_notebook

    left, right = (parse_notebook(s.content.data) for s in (pair.left, pair.right))
    found = common_passages(left, right, unpacked(pair.report.left_out))
    return SideBySide(
        _parts(code_lines(left), [passage.left for passage in found]),
        _parts(code_lines(right), [passage.right for passage in found]),
        tuple(passage.tokens for passage in found),
    )


def _parts(lines: Sequence[str], passages: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    held = [0] * len(lines)
    begins: dict[int, list[int]] = {}
    for number, (first, last) in enumerate(passages, start=1):
        begins.setdefault(first, []).append(number)
        for line in range(first, last + 1):
            held[line] = held[line] or number
    cuts = [at for at in range(len(lines)) if at == 0 or held[at] != held[at - 1] or at in begins]
    return tuple(
        Part(held[at], tuple(begins.get(at, ())), at + 1, tuple(lines[at:end]))
        for at, end in zip(cuts, [*cuts[1:], len(lines)], strict=True)
    )
