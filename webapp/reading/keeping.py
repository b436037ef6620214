"""One way to keep a reading, whatever is read, and one to let another rubric hold."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.models import Reading, RubricRow
from webapp.reading.kinds.kind import Kept, Kind, Opened, Place
from webapp.reading.queries import readings_in, readings_of
from webapp.rubrics.marks import Sent, marks_by
from webapp.rubrics.queries import rubric_row
from webapp.rubrics.rubrics import Rubric, refuse_lost_changes, refuse_lost_choices, stored


def give(
    session: Session,
    work: Opened,
    *,
    grader_id: int,
    sent: Sent,
    instead_of: float | None = None,
) -> Kept:
    """Keep a grader's reading by the rubric of now, and let it count; the caller commits.

    Points that somebody gave by hand stay, unless the reader knew them and means theirs to count
    `instead_of` them. Raises ReadingRefused.
    """
    kind = work.kind
    rubric = kind.rubric(session, kind.lock(session, work))
    marks = marks_by(rubric, sent)
    rows = readings_of(session, work)
    standing = kind.standing(session, work, rubric=rubric, rows=rows)
    mine = next((row for row in rows if row.grader_id == grader_id), None)
    if mine is None:
        of = {kind.column: work.number, **work.place.scope}
        mine = Reading(kind=kind.name, **of, grader_id=grader_id, selections={})
        session.add(mine)
        rows.append(mine)
    # What an item that is gone now had stays: the item may come back.
    mine.selections = {**mine.selections, **marks.selections}
    mine.comment, mine.updated_at = marks.comment, now()
    if standing.by_hand is not None and standing.by_hand != instead_of:
        return Kept(mine, rubric, by_hand=standing.by_hand)
    kind.count(session, work, rubric=rubric, rows=rows, standing=standing, grader_id=grader_id)
    return Kept(mine, rubric, instead_of=standing.by_hand)


def put_rubric(
    session: Session, kind: Kind, place: Place, *, after: Rubric, edited: str = ""
) -> int:
    """Let another rubric hold, also for what is read already; how many scores change with it.

    `edited` is the version that was changed into it, where that is known. Raises RubricError; the
    caller commits.
    """
    place = kind.lock_to_change(session, place)
    before = kind.rubric(session, place)
    refuse_lost_changes(before, edited)
    rows = readings_in(session, place, kind.name)
    refuse_lost_choices(before, after, [row.selections for row in rows])
    kind.refuse_rubric(place, after)
    row = rubric_row(session, kind=kind.name, **place.scope)
    row = row or RubricRow(kind=kind.name, **place.scope)
    row.content, row.updated_at = stored(after), now()
    session.add(row)
    return kind.recount(session, place, rows, before=before, after=after)
