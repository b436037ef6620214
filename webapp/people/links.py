"""Links that set a password: by mail where that is set up, else for the instructor to hand out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread

from flask import current_app, url_for
from sqlalchemy.orm import Session

from webapp.base.database import db
from webapp.base.mail import Letter, Mailer, configured_mailer
from webapp.models import Enrolment
from webapp.people.link_operations import Invitation, note_invited
from webapp.people.queries import out_of_reach
from webapp.site.sign_in import WELCOME_DAYS

log = logging.getLogger("heldout.web")

# So many letters a page waits for, to show at once whom the mail server refused.
WAITED_FOR = 10
_TOGETHER = 50


@dataclass(frozen=True)
class HandedOut:
    """What became of links: `mailed` went by mail, `unsent` could not, `sending` are under way.

    `links` are for the instructor to hand out, with their addresses; `more` were left out of them.
    Those of `kept_back` take part elsewhere too, so that only mail may bring them theirs.
    """

    mailed: int
    unsent: int
    links: tuple[tuple[Invitation, str], ...]
    kept_back: tuple[Invitation, ...]
    sending: int = 0
    more: int = 0


def hand_out(
    session: Session,
    enrolment: Enrolment,
    invited: Sequence[Invitation],
    *,
    most: int | None = None,
) -> HandedOut:
    """Mail the links where that is set up; tell the instructor those that are theirs to see.

    At most `most` are told. Many are mailed while the page is shown: who has got theirs is noted
    as it goes, so that whom no mail reached can be invited again.
    """
    mailer, missed = configured_mailer(), {person.email for person in invited}
    title = enrolment.course.title
    if mailer is not None and len(invited) > WAITED_FOR:
        _mail_later(mailer, [(person.user_id, _letter(person, title)) for person in invited])
        return HandedOut(0, 0, (), (), sending=len(invited))
    if mailer is not None and invited:
        missed = set(mailer.send([_letter(person, title) for person in invited]))
    left = [person for person in invited if person.email in missed]
    told, kept_back = _for_the_instructor(session, enrolment, left)
    shown = told if most is None else told[:most]
    reached = {p.user_id for p in invited if p.email not in missed} | {p.user_id for p in shown}
    note_invited(session, reached)
    return HandedOut(
        len(invited) - len(left),
        len(left) if mailer else 0,
        tuple((person, address_of(person)) for person in shown),
        tuple(kept_back),
        more=len(told) - len(shown),
    )


def to_hand_out(
    session: Session, enrolment: Enrolment, invited: Sequence[Invitation]
) -> tuple[list[tuple[Invitation, str]], list[Invitation]]:
    """Every link for the instructor to hand out, and whom only mail may bring theirs."""
    told, kept_back = _for_the_instructor(session, enrolment, invited)
    note_invited(session, {person.user_id for person in told})
    return [(person, address_of(person)) for person in told], kept_back


def _for_the_instructor(
    session: Session, enrolment: Enrolment, invited: Sequence[Invitation]
) -> tuple[list[Invitation], list[Invitation]]:
    """Whose links the instructor may see, and whose not."""
    hidden = out_of_reach(session, enrolment.user_id, [person.user_id for person in invited])
    told = [person for person in invited if person.user_id not in hidden]
    return told, [person for person in invited if person.user_id in hidden]


def _mail_later(mailer: Mailer, letters: Sequence[tuple[int, Letter]]) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> None:
        with app.app_context(), db.sessionmaker() as session:
            for start in range(0, len(letters), _TOGETHER):
                part = letters[start : start + _TOGETHER]
                missed = set(mailer.send([letter for _, letter in part]))
                note_invited(session, {who for who, letter in part if letter.to not in missed})
                if len(missed) == len(part):
                    log.warning("%d invitations were not mailed", len(letters) - start)
                    return

    # Ends with the process: who was not noted as invited can be sent theirs again.
    Thread(target=send, name="mail", daemon=True).start()


def address_of(person: Invitation) -> str:
    """The whole address of the link."""
    return url_for("accounts.welcome", token=person.token, _external=True)


def _letter(person: Invitation, course: str) -> Letter:
    """What someone reads who is to set a password."""
    text = (
        f"Hello {person.name},\n\nset your password for {course} here, within "
        f"{WELCOME_DAYS} days:\n\n{address_of(person)}\n\nThe link works once. If you expected no "
        "such mail, ignore it: nothing has changed.\n"
    )
    return Letter(person.email, f"Set your password for {course}", text)
