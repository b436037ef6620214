"""Settings of the web service, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from limits import parse_many

from autograder.submitted.notebook import MAX_BYTES as MAX_UPLOAD_BYTES
from webapp.base.mail import Mailer, MailSettingsError

__all__ = ["MAX_UPLOAD_BYTES", "Settings", "SettingsError"]
_UPLOAD_LIMIT = "120 per minute"
_BROKERS = ("redis", "rediss", "amqp", "amqps")


class SettingsError(Exception):
    """A setting is missing or wrong: one sentence for whoever runs the service."""


@dataclass(frozen=True)
class Settings:
    """Where things are and what must be secret.

    `https` marks cookies Secure; it is off only where people reach the service through localhost.
    `proxies` is the number of reverse proxies in front whose forwarding headers are trusted.
    `upload_limit` is how many files one account may hand in, such as `120 per minute`.
    `broker_url` is where Celery workers wait; without one, workers ask the database.
    `metrics_token` opens /metrics to other machines; without one it is open to this one alone.
    `mailer` sends links; without one staff hand them out.
    """

    data: Path
    database_url: str
    secret_key: str
    password_salt: str
    https: bool = True
    proxies: int = 0
    upload_limit: str = _UPLOAD_LIMIT
    broker_url: str = ""
    metrics_token: str = ""
    mailer: Mailer | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read HELDOUT_*; raises SettingsError when a secret is missing."""
        data = data_folder(environ)
        return cls(
            data=data,
            database_url=environ.get("HELDOUT_DATABASE_URL") or embedded_database(data),
            secret_key=_secret(environ, "HELDOUT_SECRET_KEY"),
            password_salt=_secret(environ, "HELDOUT_PASSWORD_SALT"),
            https=environ.get("HELDOUT_HTTPS", "1") != "0",
            proxies=_count(environ, "HELDOUT_PROXIES"),
            upload_limit=_rate(environ, "HELDOUT_UPLOAD_LIMIT", _UPLOAD_LIMIT),
            broker_url=broker_url(environ),
            metrics_token=_optional_secret(environ, "HELDOUT_METRICS_TOKEN"),
            mailer=_mailer(environ),
        )


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder for files and the embedded database: HELDOUT_DATA, else ./heldout-data."""
    return Path(environ.get("HELDOUT_DATA") or "heldout-data").resolve()


def embedded_database(data: Path) -> str:
    """The URL of the SQLite database inside the data folder."""
    return f"sqlite:///{data / 'heldout.sqlite'}"


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The database alone, for what needs no secrets (the worker, migrations)."""
    return environ.get("HELDOUT_DATABASE_URL") or embedded_database(data_folder(environ))


def broker_url(environ: Mapping[str, str] = os.environ) -> str:
    """Where Celery's messages go: HELDOUT_BROKER_URL, or nowhere; raises SettingsError."""
    url = environ.get("HELDOUT_BROKER_URL", "")
    scheme = url.partition("://")[0]
    if url and scheme not in _BROKERS:
        raise SettingsError(
            f"HELDOUT_BROKER_URL begins with {scheme!r}, expected one of: {', '.join(_BROKERS)}."
        )
    if url and find_spec("celery") is None:
        raise SettingsError(
            "HELDOUT_BROKER_URL is set but Celery is missing: install heldout[cluster]."
        )
    return url


def _mailer(environ: Mapping[str, str]) -> Mailer | None:
    try:
        return Mailer.from_environment(environ)
    except MailSettingsError as error:
        raise SettingsError(str(error)) from None


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if len(value) < 16:
        state = "is not set" if not value else f"has {len(value)} characters"
        raise SettingsError(f"{name} {state}: set it to a random text of at least 16 characters.")
    return value


def _optional_secret(environ: Mapping[str, str], name: str) -> str:
    return _secret(environ, name) if environ.get(name) else ""


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "0")
    if not text.isdigit():
        raise SettingsError(f"{name} is {text!r}, expected a whole number.")
    return int(text)


def _rate(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name) or default
    try:
        parse_many(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}, expected a rate such as {default!r}.") from None
    return text
