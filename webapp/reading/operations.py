"""What staff do by reading: keep readings, change rubrics, say who reads what, show the scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import Action, record
from webapp.base.clock import now
from webapp.base.database import Missing, change
from webapp.models import Enrolment
from webapp.reading import duties
from webapp.reading.duties import Divided, NotDivided
from webapp.reading.keeping import give, put_rubric
from webapp.reading.kinds import kind_at, listed_at
from webapp.reading.kinds.kind import Kept, Kind, Opened, Place
from webapp.reading.queries import graders_of, works
from webapp.rubrics.marks import Sent
from webapp.rubrics.names import Names
from webapp.rubrics.rubrics import NewItem, rubric_made_of


def keep(
    session: Session,
    actor: Enrolment,
    work: Opened,
    *,
    sent: Sent,
    instead_of: float | None = None,
) -> Kept:
    """Keep one's reading of a work by the rubric of now; raises ReadingRefused."""
    kind = work.kind
    with change(session):
        kept = give(session, work, grader_id=actor.user_id, sent=sent, instead_of=instead_of)
        action: Action = kind.action
        subject, told = kind.subject(work.number), kind.told(work, kept)
        record(session, actor, action, subject=subject, **told)
    return kept


def change_rubric(
    session: Session,
    actor: Enrolment,
    kind: Kind,
    *,
    place: Place,
    items: Sequence[NewItem],
    edited: str,
) -> int:
    """Change a rubric that was `edited`, and with it the points of everything that is read.

    How many scores changed with it; raises RubricError.
    """
    rubric = rubric_made_of(kind.name, items)
    with change(session):
        changed = put_rubric(session, kind, place, after=rubric, edited=edited)
        record(
            session,
            actor,
            "change rubric",
            subject=place.subject if place.question else kind.label.lower(),
            items=", ".join(f"{item.title} ({item.most:g})" for item in rubric.items),
            scores_changed=changed,
        )
    return changed


def divide(
    session: Session, actor: Enrolment, place: Place, *, graders: Collection[int], readers: int
) -> Divided:
    """Divide what is to be read in a place among these graders; raises NotDivided."""
    chosen = sorted(_names_of(session, actor.course_id, graders))
    if len(chosen) < readers:
        raise NotDivided(f"Choose at least {readers} of the graders.")
    found = works(session, place, Names(hidden=False))
    kinds = listed_at(place)
    wanted = [
        work
        for kind in kinds
        for work in kind.readers_choice([each for each in found if each.kind == kind.name])
    ]
    with _alone(session):
        divided = duties.divide(session, place, wanted, graders=chosen, readers=readers)
        record(
            session,
            actor,
            "divide readings",
            subject=place.subject,
            readers=readers,
            graders=len(chosen),
            given=divided.given,
        )
    return divided


def let_read(
    session: Session,
    actor: Enrolment,
    place: Place,
    *,
    kind: str,
    number: int,
    graders: Sequence[int],
) -> str:
    """Let exactly these graders of the course read a work: their names.

    Raises NotDivided, or Missing where there is no such work.
    """
    found = works(session, place, Names(hidden=False))
    work = next((each for each in found if (each.kind, each.id) == (kind, number)), None)
    if work is None:
        raise Missing
    chosen = _names_of(session, actor.course_id, graders)
    names = ", ".join(chosen.values()) or "nobody"
    subject = kind_at(place, kind).subject(number)
    detail = {"question": place.question} if place.question else {}
    with _alone(session):
        duties.assign(session, place, work, graders=list(chosen))
        record(session, actor, "assign reader", subject=subject, readers=names, **detail)
    return names


def publish_scores(session: Session, actor: Enrolment, *, shown: bool) -> None:
    """Show the written option's scores to students, or hide them."""
    with change(session):
        actor.course.written_scores_published_at = now() if shown else None
        action: Action = "publish written scores" if shown else "hide written scores"
        record(session, actor, action, subject=actor.course.slug)


def _names_of(session: Session, course_id: int, graders: Collection[int]) -> dict[int, str]:
    """The names of these graders of a course; raises NotDivided where one is none.

    To leave such a one out would take the work from whoever has it, and give it to nobody.
    """
    everybody = {grader.id: grader.name for grader in graders_of(session, course_id)}
    if not everybody.keys() >= set(graders):
        raise NotDivided("Choose only graders and instructors of this course.")
    return {grader: everybody[grader] for grader in graders}


@contextmanager
def _alone(session: Session) -> Iterator[None]:
    """A change of who reads what, which is told where another came first."""
    try:
        with change(session):
            yield
    except IntegrityError:
        raise NotDivided(
            "Somebody else changed who reads what at this moment: look at it, then do it again."
        ) from None
