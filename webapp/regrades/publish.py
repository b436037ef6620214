"""Publishing a regrade: every new result becomes current, in one transaction."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.models import CourseAssignment, Regrade, RegradeItem, RegradeState, Result
from webapp.regrades.operations import RegradeRefused, close, progress
from webapp.scoring import counting, overrides, tallies

_WITHOUT_SYNC = {"synchronize_session": False}


def publish(session: Session, regrade: Regrade) -> int:
    """Make the new results current, all or none; how many. The caller commits."""
    close(session, regrade, RegradeState.PUBLISHED)
    if progress(session, regrade).running:
        raise RegradeRefused("The regrade still runs: publish it when every result is there.")
    changed = (
        sa.select(RegradeItem.submission_id, RegradeItem.old_result_id, RegradeItem.new_result_id)
        .join(Result, Result.id == RegradeItem.old_result_id)
        .where(
            RegradeItem.regrade_id == regrade.id,
            RegradeItem.new_result_id != RegradeItem.old_result_id,
        )
    )
    still = changed.where(Result.current.is_(True)).cte("changed")
    rows = session.execute(sa.select(still)).all()
    chosen = [row.submission_id for row in rows]
    counting.lock_students(session, chosen)
    for part in in_parts(rows):
        _switch(session, [r.old_result_id for r in part], current=False)
        _switch(session, [r.new_result_id for r in part], current=True)
        submissions = [r.submission_id for r in part]
        tallies.count_all(session, submissions)
        overrides.recount_among(session, submissions)
    session.expire_all()
    item = session.get_one(CourseAssignment, regrade.course_assignment_id)
    counting.recount_among(session, item, chosen)
    session.expire_all()
    return len(rows)


def _switch(session: Session, ids: list[int], *, current: bool) -> None:
    statement = sa.update(Result).where(Result.id.in_(ids)).values(current=current)
    session.execute(statement.execution_options(**_WITHOUT_SYNC))
