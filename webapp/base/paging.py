"""Long tables in pages: how many there are, and which one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Slice:
    """Some rows of `found`; `page` of `pages`, the first is 1."""

    rows: Sequence[Any]
    found: int
    page: int
    pages: int


def page_of_rows(
    session: Session, statement: sa.Select[*tuple[Any, ...]], *, page: int, rows: int
) -> Slice:
    """A page of an ordered statement's rows, or the last there is, counted by the database."""
    counted = statement.add_columns(sa.func.count().over().label("found"))
    page = max(page, 1)
    shown = session.execute(counted.limit(rows).offset((page - 1) * rows)).all()
    if not shown and page > 1:
        # Beyond the last page: how many there are stands in the first.
        first = session.execute(counted.limit(1)).first()
        page = page_count(first.found, rows) if first else 1
        shown = session.execute(counted.limit(rows).offset((page - 1) * rows)).all()
    found = shown[0].found if shown else 0
    return Slice(shown, found, page, page_count(found, rows))


def page_count(found: int, rows: int) -> int:
    """How many pages so many entries fill; an empty table is one page."""
    return max(1, -(-found // rows))


def nearest_page(page: int, pages: int) -> int:
    """The page that was asked for, or the nearest that there is."""
    return min(max(page, 1), pages)
