"""Mail through the course's SMTP server, when one is set; otherwise staff hand links out."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

log = logging.getLogger("heldout.web")

_SECONDS = 20


class MailSettingsError(ValueError):
    """HELDOUT_SMTP_URL or HELDOUT_MAIL_FROM is wrong: one sentence."""


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
        """HELDOUT_SMTP_URL (`smtp://` with STARTTLS, or `smtps://`), or None when it is not set."""
        url, sender = environ.get("HELDOUT_SMTP_URL"), environ.get("HELDOUT_MAIL_FROM")
        if not url:
            return None
        server = urlsplit(url)
        if server.scheme not in ("smtp", "smtps") or not server.hostname:
            raise MailSettingsError(
                "HELDOUT_SMTP_URL is expected to be smtp://user:password@host:port, or smtps://…."
            )
        if not sender or "@" not in sender:
            raise MailSettingsError(f"HELDOUT_MAIL_FROM is {sender!r}, expected an address.")
        return cls(server, sender, environ.get("HELDOUT_SITE", "").rstrip("/"))

    def send(self, letters: Sequence[Letter]) -> list[str]:
        """Send every letter over one connection; returns the addresses that got none."""
        missed = [letter.to for letter in letters]
        try:
            with self._connect() as connection:
                for letter in letters:
                    try:
                        connection.send_message(self._message(letter))
                        missed.remove(letter.to)
                    except smtplib.SMTPResponseException as error:
                        log.warning("a mail was refused with status %d", error.smtp_code)
                    except smtplib.SMTPRecipientsRefused:
                        log.warning("a mail was refused for its address")
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail could not be sent: %s", type(error).__name__)
        return missed

    def send_later(self, letters: Sequence[Letter]) -> None:
        """Send without keeping the page waiting, so that its time tells nobody anything."""
        threading.Thread(target=self.send, args=(letters,), name="mail").start()

    def _connect(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.server.port or 465, timeout=_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, self.server.port or 587, timeout=_SECONDS)
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
