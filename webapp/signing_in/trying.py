"""One try at a password: what it counts under, whether it may be made, and what became of it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.signing_in import operations, pace
from webapp.signing_in.gate import Gates, NoPlace
from webapp.signing_in.operations import Seen
from webapp.signing_in.pace import Pace

_SOON_SECONDS = 5


class SlowDown(Exception):
    """A secret was tried too often, or too many try one now: the next may in `seconds`."""

    def __init__(self, seconds: float, *, busy: bool = False) -> None:
        self.seconds, self.busy = seconds, busy
        super().__init__(f"the next try may be made in {seconds:.0f} seconds")


def key_of(secret: str, kind: str, *what: str) -> str:
    """What a kind of try at something counts under: a hash that only the site can make."""
    said = "\0".join((kind, *what))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def source_of(address: str) -> str:
    """Where somebody comes from: an address, or the /64 network that an IPv6 household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


@dataclass(frozen=True)
class PasswordTry:
    """A try at the password of an account, whether or not there is such an account.

    `browser` is the number that a browser known to the account has for it, or empty.
    """

    secret: str
    account: str
    source: str
    browser: str = ""

    @contextmanager
    def made(self, session: Session, gates: Gates) -> Iterator[None]:
        """Take its turn and count it, for the password to be tried inside; raises SlowDown."""
        counted = self._counted()
        succeeded = {self._key("signed in", self.account): pace.SIGNED_IN}
        seen = operations.look(session, counted | succeeded)
        if seen.wait > 0:
            raise SlowDown(seen.wait)
        try:
            with self._place(gates, seen):
                # Counted before it is made: any number at one moment are as many as may be.
                wait = operations.take(session, counted).wait
                if wait > 0:
                    raise SlowDown(wait)
                yield
        except NoPlace:
            raise SlowDown(_SOON_SECONDS, busy=True) from None

    def succeeded(self, session: Session) -> None:
        """The password was right: what was tried in vain in this place is forgotten."""
        here = {self._key("signed in", self.account): pace.SIGNED_IN}
        operations.note_success(session, self._counted(), succeeded=here)

    def _place(self, gates: Gates, seen: Seen) -> AbstractContextManager[None]:
        if self.browser:
            return gates.for_known(self.browser)
        failures = pace.SOURCE.left(seen.levels[self._key("source", self.source)])
        return gates.for_source(self.source, guesses=failures >= pace.GUESSES_FROM)

    def _counted(self) -> dict[str, Pace]:
        if self.browser:
            return {self._key("browser", self.browser): pace.KNOWN_BROWSER}
        here = self._key("account from source", self.account, self.source)
        return {
            here: pace.ACCOUNT_FROM_SOURCE,
            self._key("account", self.account): pace.ACCOUNT,
            self._key("source", self.source): pace.SOURCE,
        }

    def _key(self, kind: str, *what: str) -> str:
        return key_of(self.secret, kind, *what)
