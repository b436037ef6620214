"""Why something is done: read and checked in one way wherever a log or a person reads it later."""

from __future__ import annotations

_MOST = 500


class NoReason(ValueError):
    """The reason is missing or too long: one sentence."""


def read_reason(text: str, *, reader: str, most: int = _MOST, lines: bool = False) -> str:
    """The reason as it is kept: one line, or its own `lines`; raises NoReason.

    `reader` says what it is for, as in `the log keeps it beside the change`.
    """
    reason = text.strip() if lines else " ".join(text.split())
    if not reason:
        raise NoReason(f"Say why: {reader}.")
    if len(reason) > most:
        raise NoReason(f"The reason has {len(reason)} characters, expected at most {most}.")
    return reason
