"""Mail through the course's SMTP server, when one is set; otherwise staff hand links out."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from webapp.base.environment import MAIL_FROM, SITE, SMTP_URL

log = logging.getLogger("heldout.web")

# What one step of talking to the server may take, and all letters of a page together.
_STEP_SECONDS = 10
_ALL_SECONDS = 25
MOST_AT_ONCE = 500


class MailSettingsError(ValueError):
    """What the environment says of the mail server is wrong: one sentence."""


@dataclass(frozen=True)
class Letter:
    """One plain-text mail to one person."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Mailer:
    """An SMTP server, the address its mail comes from, and the site's own address for links."""

    server: SplitResult
    sender: str
    site: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Mailer | None:
        """The server that the environment names, or None where it names none."""
        url, sender = SMTP_URL.read(environ), MAIL_FROM.read(environ)
        site = SITE.read(environ).rstrip("/")
        if not url:
            return None
        if not sender or "@" not in sender:
            raise MailSettingsError(f"{MAIL_FROM.name} is {sender!r}, expected an address.")
        if site and not site.startswith(("https://", "http://")):
            raise MailSettingsError(
                f"{SITE.name} is {site!r}, expected an address such as https://heldout.example.edu."
            )
        return cls(_server(url), sender, site)

    def send(self, letters: Sequence[Letter]) -> list[str]:
        """Send letters over one connection; returns the addresses that got none.

        At most MOST_AT_ONCE, and none after some time: somebody waits for the page.
        """
        missed = [letter.to for letter in letters]
        give_up = time.monotonic() + _ALL_SECONDS
        try:
            with self._connect() as connection:
                for letter in letters[:MOST_AT_ONCE]:
                    if time.monotonic() > give_up:
                        log.warning("the mail server is slow: %d mails were not sent", len(missed))
                        break
                    if self._sent(connection, letter):
                        missed.remove(letter.to)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            log.warning("mail could not be sent: %s", type(error).__name__)
        return missed

    def _sent(self, connection: smtplib.SMTP, letter: Letter) -> bool:
        try:
            connection.send_message(self._message(letter))
        except smtplib.SMTPResponseException as error:
            log.warning("a mail was refused with status %d", error.smtp_code)
        except smtplib.SMTPRecipientsRefused:
            log.warning("a mail was refused for its address")
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            log.warning("the mail server takes no address like that")
        else:
            return True
        return False

    def send_later(self, letters: Sequence[Letter]) -> None:
        """Send without keeping the page waiting, so that its time tells nobody anything."""
        threading.Thread(target=self.send, args=(letters,), name="mail").start()

    def _connect(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.server.port or 465, timeout=_STEP_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, self.server.port or 587, timeout=_STEP_SECONDS)
            if host not in ("127.0.0.1", "localhost", "::1"):
                connection.starttls(context=ssl.create_default_context())
        if self.server.username:
            connection.login(unquote(self.server.username), unquote(self.server.password or ""))
        return connection

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _server(url: str) -> SplitResult:
    expected = f"{SMTP_URL.name} is expected to be smtp://user:password@host:port, or smtps://…."
    try:
        server = urlsplit(url)
        usable = server.scheme in ("smtp", "smtps") and server.hostname and server.port != 0
    except ValueError:  # such as a port that is no number, or too large
        usable = False
    if not usable:
        raise MailSettingsError(expected)
    return server


def configured_mailer() -> Mailer | None:
    """The running application's mailer, if it has one."""
    found = current_app.config["HELDOUT_MAILER"]
    assert found is None or isinstance(found, Mailer)
    return found
