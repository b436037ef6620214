"""The text of a paper review as it is written, and why one cannot be kept."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_BODY, LONGEST_PAPER = 12_000, 300


class DraftRefused(ValueError):
    """A text cannot be saved or handed in: one sentence."""


class DraftConflict(ValueError):
    """Another window saved meanwhile; nothing was changed."""


@dataclass(frozen=True)
class ReviewText:
    """What a student writes: the paper's reference, and the review in Markdown."""

    paper: str
    body: str

    def __post_init__(self) -> None:
        """Refuse what is longer than a page can be."""
        if len(self.body) > LONGEST_BODY or len(self.paper) > LONGEST_PAPER:
            raise DraftRefused(
                f"The review has {len(self.body)} characters, expected at most {LONGEST_BODY} "
                f"(one page), and the reference {len(self.paper)}, expected at most "
                f"{LONGEST_PAPER}."
            )
