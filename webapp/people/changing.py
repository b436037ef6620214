"""Whose name and address may be changed from a course: an account belongs to no course."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from webapp.audit.record import Actor
from webapp.people import queries

_ONLY = "only an administrator of the site can change their name and address"


def fixed_accounts(session: Session, actor: Actor, user_ids: Collection[int]) -> dict[int, str]:
    """Whose name and address must stay, and in one sentence why and who can change them.

    Whoever changes an address can set the password by a link: what it opens beyond the course
    must not be theirs for that.
    """
    if actor.user_id is None or queries.is_administrator(session, actor.user_id):
        return {}
    found = dict.fromkeys(
        queries.part_elsewhere(session, [actor.course_id], user_ids),
        f"takes part in another course too: {_ONLY}",
    )
    trusted = queries.trusted_by_the_site(session, user_ids) - {actor.user_id}
    return found | dict.fromkeys(trusted, f"looks after the site: {_ONLY}")
