"""Settings of the web service, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from limits import parse_many

from autograder.submitted.notebook import MAX_BYTES as MAX_UPLOAD_BYTES
from webapp.base import environment
from webapp.base.data_folder import DataFolderError, Secrets, kept_secrets
from webapp.base.environment import Variable
from webapp.base.mail import Mailer, MailSettingsError

__all__ = ["MAX_UPLOAD_BYTES", "Settings", "SettingsError"]
# Of days or hours: more is no limit of a session's any more.
_MOST_TIME = 400
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
    `metrics_token` opens /metrics; without one the data folder's socket alone does.
    `mailer` sends links; without one staff hand them out.
    A session ends `session_days` after it began, and `session_idle_hours` after its last request
    unless its owner asked to stay signed in.
    `jupyterhub` is where students may open a notebook; without one they download it.
    `threads` answer requests (`heldout serve --threads`); few of them may wait for one thing.
    """

    data: Path
    database_url: str
    secret_key: str
    password_salt: str
    https: bool = True
    proxies: int = 0
    upload_limit: str = environment.UPLOAD_LIMIT.default
    broker_url: str = ""
    metrics_token: str = ""
    mailer: Mailer | None = None
    jupyterhub: str = ""
    session_days: int = int(environment.SESSION_DAYS.default)
    session_idle_hours: int = int(environment.SESSION_IDLE_HOURS.default)
    threads: int = 16

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables of `environment`; raises SettingsError when a secret is missing.

        Secrets that no variable holds are those of the data folder.
        """
        kept = _kept_secrets(environ)
        return cls(
            data=data_folder(environ),
            database_url=database_url(environ),
            secret_key=kept.secret_key,
            password_salt=kept.password_salt,
            https=environment.HTTPS.read(environ) != "0",
            proxies=_count(environ, environment.PROXIES),
            upload_limit=_rate(environ, environment.UPLOAD_LIMIT),
            broker_url=broker_url(environ),
            metrics_token=_optional_secret(environ, environment.METRICS_TOKEN),
            mailer=_mailer(environ),
            jupyterhub=_site(environ, environment.JUPYTERHUB),
            session_days=_some(environ, environment.SESSION_DAYS),
            session_idle_hours=_some(environ, environment.SESSION_IDLE_HOURS),
        )


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder for files and the embedded database."""
    return Path(environment.DATA.read(environ)).resolve()


def embedded_database(data: Path) -> str:
    """The URL of the SQLite database inside the data folder."""
    return f"sqlite:///{data / 'heldout.sqlite'}"


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The database alone, for what needs no secrets (the worker, migrations)."""
    return environment.DATABASE_URL.read(environ) or embedded_database(data_folder(environ))


def broker_url(environ: Mapping[str, str] = os.environ) -> str:
    """Where Celery's messages go, or nowhere; raises SettingsError."""
    name, url = environment.BROKER_URL.name, environment.BROKER_URL.read(environ)
    scheme = url.partition("://")[0]
    if url and scheme not in _BROKERS:
        raise SettingsError(
            f"{name} begins with {scheme!r}, expected one of: {', '.join(_BROKERS)}."
        )
    if url and find_spec("celery") is None:
        raise SettingsError(f"{name} is set but Celery is missing: install heldout[cluster].")
    return url


def _mailer(environ: Mapping[str, str]) -> Mailer | None:
    try:
        return Mailer.from_environment(environ)
    except MailSettingsError as error:
        raise SettingsError(str(error)) from None


def site_address(environ: Mapping[str, str] = os.environ) -> str:
    """Where people reach the site, as far as that was said: else this machine, as `serve` does."""
    return environment.SITE.read(environ).rstrip("/") or "http://127.0.0.1:8000"


def _kept_secrets(environ: Mapping[str, str]) -> Secrets:
    """Both secrets; a variable wins over what the data folder holds."""
    said = (environment.SECRET_KEY, environment.PASSWORD_SALT)
    missing = [variable.name for variable in said if not variable.read(environ)]
    try:
        kept = kept_secrets(data_folder(environ)) if missing else None
    except DataFolderError as error:
        raise SettingsError(str(error)) from None
    if missing and kept is None:
        raise SettingsError(
            f"{missing[0]} is not set and {data_folder(environ)} holds no secrets:"
            " run `heldout init` once, or set it to a random text of at least 16 characters."
        )
    values = asdict(kept) if kept else {}
    names = zip(("secret_key", "password_salt"), said, strict=True)
    values |= {key: _secret(environ, each) for key, each in names if each.read(environ)}
    return Secrets(**values)


def _secret(environ: Mapping[str, str], variable: Variable) -> str:
    name, value = variable.name, variable.read(environ)
    if len(value) < 16:
        raise SettingsError(
            f"{name} has {len(value)} characters: set it to a random text of at least 16."
        )
    return value


def _optional_secret(environ: Mapping[str, str], variable: Variable) -> str:
    return _secret(environ, variable) if variable.read(environ) else ""


def _site(environ: Mapping[str, str], variable: Variable) -> str:
    text = variable.read(environ).strip().rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise SettingsError(
            f"{variable.name} is {text!r}, expected an address such as https://hub.example.edu."
        )
    return text


def _count(environ: Mapping[str, str], variable: Variable) -> int:
    text = variable.read(environ)
    if not text.isdigit():
        raise SettingsError(f"{variable.name} is {text!r}, expected a whole number.")
    return int(text)


def _some(environ: Mapping[str, str], variable: Variable) -> int:
    count = _count(environ, variable)
    if not 1 <= count <= _MOST_TIME:
        raise SettingsError(f"{variable.name} is {count}, expected 1 to {_MOST_TIME}.")
    return count


def _rate(environ: Mapping[str, str], variable: Variable) -> str:
    text = variable.read(environ)
    try:
        parse_many(text)
    except ValueError:
        expected = f"expected a rate such as {variable.default!r}"
        raise SettingsError(f"{variable.name} is {text!r}, {expected}.") from None
    return text
