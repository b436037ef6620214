"""The link of a new account: by mail where that is set up, else for whoever made it to hand on."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from webapp.administration.accounts import Invited
from webapp.base.mail import Letter, configured_mailer
from webapp.site.sign_in import WELCOME_DAYS


@dataclass(frozen=True)
class HandedOut:
    """What became of somebody's link: mailed, or shown here this once."""

    email: str
    name: str
    mailed: bool
    link: str


def hand_out(invited: Invited | None, what: str) -> HandedOut | None:
    """Mail the link, or tell it where no mail is set up or it was refused; nothing for nobody."""
    if invited is None:
        return None
    link = url_for("accounts.welcome", token=invited.token, _external=True)
    mailer = configured_mailer()
    mailed = mailer is not None and not mailer.send([_letter(invited, what, link)])
    return HandedOut(invited.email, invited.name, mailed, "" if mailed else link)


def _letter(invited: Invited, what: str, link: str) -> Letter:
    text = (
        f"Hello {invited.name},\n\nset your password for {what} here, within {WELCOME_DAYS} days:"
        f"\n\n{link}\n\nThe link works once. If you expected no such mail, ignore it: nothing has "
        "changed.\n"
    )
    return Letter(invited.email, f"Set your password for {what}", text)
