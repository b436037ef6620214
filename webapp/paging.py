"""Long tables in pages: how many there are, and which one is shown."""

from __future__ import annotations


def pages_of(found: int, rows: int) -> int:
    """How many pages so many entries fill; an empty table is one page."""
    return max(1, -(-found // rows))


def within(page: int, pages: int) -> int:
    """The page that was asked for, or the nearest that there is."""
    return min(max(page, 1), pages)
