"""`heldout init`: from nothing to a site that somebody can sign in to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from webapp.base.config import Settings, data_folder, site_address
from webapp.base.environment import DATA
from webapp.cli.this_site import data_option, one_sentence

if TYPE_CHECKING:
    from webapp.administration.accounts import Invited
    from webapp.administration.people import NamedAddress


@click.command()
@click.option(
    "--admin",
    metavar="EMAIL",
    help="Who looks after the site, also as “Name <email>”; asked for on a terminal.",
)
@data_option
def init(admin: str | None) -> None:
    """Make a site: its folder, secrets and database, and its first administrator.

    Prints a one-time link to set a password. A second run changes nothing, but may add another
    administrator or make a new link.
    """
    from webapp.service.first_run import has_administrator, make_ready, require_usable
    from webapp.site.sign_in import WELCOME_DAYS

    data = data_folder()
    with one_sentence():
        require_usable(data)
        known = has_administrator()
        person = _person(admin, needed=not known)
        settings = make_ready()
        invited = _links(settings, person)
    click.echo(f"The site lives in {data}.")
    for each in invited:
        click.echo(f"{each.name} <{each.email}> sets a password here, within {WELCOME_DAYS} days:")
        click.echo(f"  {each.address(site_address())}")
    if not invited:
        click.echo("Nothing was changed. --admin adds an administrator, or makes a new link.")
    click.echo(f"Start it with: {_start_command()}")


def _person(admin: str | None, *, needed: bool) -> NamedAddress | None:
    from webapp.administration.people import NoPerson, read_person

    if admin is None and needed:
        if not sys.stdin.isatty():
            raise click.UsageError("Say who looks after the site: --admin EMAIL.")
        admin = str(click.prompt("Email address of who looks after the site"))
    try:
        return None if admin is None else read_person(admin)
    except NoPerson as error:
        raise click.UsageError(str(error)) from None


def _links(settings: Settings, person: NamedAddress | None) -> list[Invited]:
    """A link for who was named, or for every administrator who has no password yet."""
    from webapp import create_app
    from webapp.administration.queries import people_of_site
    from webapp.administration.role_operations import SiteRole, give_role, new_link
    from webapp.audit.record import SiteActor
    from webapp.base.database import db

    actor = SiteActor(None)
    with create_app(settings).app_context():
        if person is not None:
            account = give_role(db.session, actor, person, SiteRole.ADMINISTRATOR)
            return [account.invited or new_link(db.session, actor, account.user.id)]
        waiting = [u for u in people_of_site(db.session) if u.is_administrator and not u.password]
        return [new_link(db.session, actor, user.id) for user in waiting]


def _start_command() -> str:
    there = "" if DATA.read() == DATA.default else f" --data {data_folder()}"
    return f"heldout serve{there}"
