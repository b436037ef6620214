"""What publishing a regrade changes: every new result becomes current, in one transaction."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.database import in_parts
from webapp.models import CourseAssignment, Regrade, RegradeItem, Result
from webapp.scoring import counting, tallies

_WITHOUT_SYNC = {"synchronize_session": False}


def make_new_results_current(session: Session, regrade: Regrade) -> int:
    """Let the new results count instead of those they were compared with; how many.

    What was graded otherwise in the meantime stays. The caller commits.
    """
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
    session.expire_all()
    item = session.get_one(CourseAssignment, regrade.course_assignment_id)
    tallies.bring_up_to_date(session, item, chosen, other_results=True)
    return len(rows)


def _switch(session: Session, ids: list[int], *, current: bool) -> None:
    statement = sa.update(Result).where(Result.id.in_(ids)).values(current=current)
    session.execute(statement.execution_options(**_WITHOUT_SYNC))
