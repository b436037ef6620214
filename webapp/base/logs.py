"""Structured logs: JSON lines, or plain text on a terminal, with what a request is about.

Only a route's name and the numbers of things are logged, never an address: links of ours carry
secrets. `bound` adds a submission's id to every line that is written meanwhile.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from webapp.base.environment import LOG_LEVEL

_SECRETS = ("password", "token", "secret", "cookie", "authorization", "seed")


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def level(environ: Mapping[str, str] = os.environ) -> str:
    """What is logged at least."""
    name = LOG_LEVEL.read(environ).upper()
    return name if name in LEVELS else LOG_LEVEL.default


def configure(stream: TextIO = sys.stderr) -> None:
    """Send every logger of this process to one handler, ours and the libraries'."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if stream.isatty():
        last.append(structlog.dev.ConsoleRenderer())
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level())


def bound(**values: Any) -> AbstractContextManager[None]:
    """Meanwhile every line carries these values; those that are empty are left out."""
    return bound_contextvars(**{key: value for key, value in values.items() if value})


def request_id() -> str:
    """The id of the request that is being answered, or nothing outside of one."""
    return str(get_contextvars().get("request", ""))


def _without_secrets(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A value under a secret's name is never written, whoever logged it."""
    for key in event:
        if any(part in key.lower() for part in _SECRETS):
            event[key] = "[left out]"
    return event
