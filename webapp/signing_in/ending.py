"""Ending all that opens an account but its password."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.models import ApiToken, BrowserSession, User
from webapp.models.accounts import new_uniquifier


def end_everything(session: Session, user_ids: Collection[int]) -> None:
    """End every session, API token and open link of these accounts; the caller commits.

    Browsers that were known to them are strange again.
    """
    rows = [{"id": number, "fs_uniquifier": new_uniquifier()} for number in sorted(user_ids)]
    if rows:
        session.execute(sa.update(User), rows)
    for part in in_parts(sorted(user_ids)):
        for table in (ApiToken, BrowserSession):
            session.execute(sa.delete(table).where(table.user_id.in_(part)))
