"""The settings of the environment: each is declared here, read through here, and documented here.

The README shows `table()`. What the grader and the client read themselves, since they import
nothing of the web service, is declared all the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One setting; where it is not set, or empty, its default holds.

    A `secret` one is kept from the worker, which stands next to student code.
    """

    name: str
    meaning: str
    default: str = ""
    secret: bool = False

    def read(self, environ: Mapping[str, str] = os.environ) -> str:
        """What it says, or its default."""
        return environ.get(self.name) or self.default


ASSIGNMENTS = Variable(
    "HELDOUT_ASSIGNMENTS", "the folder of assignments; a real course keeps its own, private"
)
SEED = Variable(
    "HELDOUT_SEED",
    "the secret seed of hidden inputs; without it a private file is made on first use",
)
DATABASE_URL = Variable(
    "HELDOUT_DATABASE_URL",
    "`postgresql://user:password@host/name`; without it SQLite in the data folder",
)
BROKER_URL = Variable(
    "HELDOUT_BROKER_URL",
    "`redis://…` or `amqp://…` for workers that Celery wakes; without it workers ask the database",
)
DATA = Variable(
    "HELDOUT_DATA",
    "the folder for the embedded database and files, `heldout-data` unless set",
    default="heldout-data",
)
SECRET_KEY = Variable(
    "HELDOUT_SECRET_KEY",
    "what sessions and links are signed with, at least 16 characters; the data folder's unless set",
    secret=True,
)
PASSWORD_SALT = Variable(
    "HELDOUT_PASSWORD_SALT",
    "what passwords are salted with, at least 16 characters; the data folder's unless set",
    secret=True,
)
HTTPS = Variable(
    "HELDOUT_HTTPS", "`0` where the site is reached without HTTPS, through localhost", default="1"
)
PROXIES = Variable(
    "HELDOUT_PROXIES", "through how many proxies the site is reached, `0` unless set", default="0"
)
UPLOAD_LIMIT = Variable(
    "HELDOUT_UPLOAD_LIMIT",
    "how many files one account may hand in, `120 per minute` unless set",
    default="120 per minute",
)
SESSION_DAYS = Variable(
    "HELDOUT_SESSION_DAYS",
    "how many days after signing in a session ends whatever happens, `14` unless set",
    default="14",
)
SESSION_IDLE_HOURS = Variable(
    "HELDOUT_SESSION_IDLE_HOURS",
    "how many hours after its last page a session ends, `24` unless set; not where its owner chose"
    " to stay signed in",
    default="24",
)
SMTP_URL = Variable(
    "HELDOUT_SMTP_URL",
    "the mail server (`smtp://user:password@host:port` with STARTTLS, or `smtps://`);"
    " without it staff hand links out",
)
MAIL_FROM = Variable("HELDOUT_MAIL_FROM", "the address that invitations come from")
SITE = Variable(
    "HELDOUT_SITE",
    "the site's own address, which lets people ask for a new password by mail;"
    " for staff's commands, the site they are for",
)
TOKEN = Variable("HELDOUT_TOKEN", "the token that staff's commands and `heldout submit` show")
METRICS_TOKEN = Variable(
    "HELDOUT_METRICS_TOKEN",
    "opens `/metrics` to whoever shows it (`Authorization: Bearer …`);"
    " without it `/metrics` answers the socket `metrics.sock` of the data folder alone",
    secret=True,
)
JUPYTERHUB = Variable(
    "HELDOUT_JUPYTERHUB",
    "the address of a JupyterHub, such as `https://hub.example.edu`, in which students open"
    " notebooks; it needs `jupyterlab-open-url-parameter`",
)
LOG_LEVEL = Variable(
    "HELDOUT_LOG_LEVEL",
    "`DEBUG`, `INFO` (unless set; the demo: `WARNING`), `WARNING` or `ERROR`",
    default="INFO",
)
TEST_REQUIRE = Variable(
    "HELDOUT_TEST_REQUIRE",
    "services that tests must not skip for want of, such as `chromium,postgresql,redis,rabbitmq`",
)

VARIABLES = tuple(found for found in globals().copy().values() if isinstance(found, Variable))


def table() -> str:
    """Every setting and what it means, as the README shows them."""
    rows = (f"| `{variable.name}` | {variable.meaning} |" for variable in VARIABLES)
    return "\n".join(("| variable | meaning |", "|---|---|", *rows))
