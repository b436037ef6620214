"""What a student's process sends back, read as claims: fields of exact types, or nothing."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from . import wire

_MAX_TEXT = 20_000
_MAX_OUTPUTS = 200
_MAX_LACKS, _MAX_LINE, _MAX_ADVICE = 50, 10_000_000, 300
_NO_NAME = re.compile(r"[^\w.%]")
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True)
class Raised:
    """An exception inside, as the student may read it."""

    type: str
    message: str
    traceback: str
    memory: bool
    advice: str = ""


@dataclass(frozen=True)
class Lack:
    """A statement that was left out: its line (0: unknown) and what it needed.

    `kind` is `module`, `magic` or `name`; `advice` what is known about it besides.
    """

    line: int
    kind: str
    name: str
    advice: str = ""


@dataclass(frozen=True)
class CellReply:
    """What one cell printed and showed (kind, MIME type, text, truncated) and what it raised.

    `lacking` is what it went on without.
    """

    outputs: tuple[tuple[str, str, str, bool], ...]
    raised: Raised | None
    seconds: float
    lacking: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class CallReply:
    """What a call gave: a value, or the reason why there is none."""

    value: Any = None
    raised: Raised | None = None
    missing: str = ""
    why: str = ""
    unsendable: str = ""
    changed: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


def clean_text(text: Any, limit: int = _MAX_TEXT) -> str:
    """Text from inside, shortened, without terminal escapes, control and direction characters."""
    if type(text) is not str:
        return ""
    return _UNPRINTABLE.sub("", _CONTROL.sub("", text[: 2 * limit])).replace("\r", "")[:limit]


def _raised(data: Any) -> Raised | None:
    if type(data) is not dict:
        return None
    return Raised(
        wire.clean_name(data["type"]) if type(data.get("type")) is str else "Exception",
        clean_text(data.get("message"), 500),
        clean_text(data.get("traceback"), 8000),
        data.get("memory") is True,
        clean_text(data.get("advice"), _MAX_ADVICE),
    )


def _lack(item: Any) -> Lack | None:
    if type(item) is not list or len(item) != 4 or type(item[0]) is not int:
        return None
    line, kind, name, advice = item
    if type(kind) is not str or kind not in ("module", "magic", "name") or type(name) is not str:
        return None
    known = line if 0 <= line < _MAX_LINE else 0
    return Lack(known, kind, _NO_NAME.sub("", name[:100]), clean_text(advice, _MAX_ADVICE))


def read_cell(reply: dict[str, Any], limit: int) -> CellReply:
    """What a cell did, with at most `limit` characters of output."""
    items = reply.get("outputs")
    outputs: list[tuple[str, str, str, bool]] = []
    for item in (items if type(items) is list else [])[:_MAX_OUTPUTS]:
        output = _output(item, limit)
        # Once something was left out and said to be, what is left out as well says nothing new.
        if output and (output[2] or not (outputs and outputs[-1][3])):
            outputs.append(output)
            limit -= len(output[2])
    seconds, lacking = reply.get("seconds"), reply.get("lacking")
    lacks = map(_lack, (lacking if type(lacking) is list else [])[:_MAX_LACKS])
    return CellReply(
        tuple(outputs),
        _raised(reply.get("error")),
        abs(seconds) if type(seconds) is float and math.isfinite(seconds) else 0.0,
        tuple(lack for lack in lacks if lack is not None),
    )


def _output(item: Any, limit: int) -> tuple[str, str, str, bool] | None:
    if type(item) is not list or len(item) != 4 or any(type(part) is not str for part in item[:3]):
        return None
    kind, mime, text, truncated = item
    if kind not in ("stdout", "stderr", "result", "display"):
        return None
    if mime in ("image/png", "image/jpeg"):
        text = re.sub(r"[^A-Za-z0-9+/=]", "", text)
    elif mime in ("image/svg+xml", "text/plain", "text/html", "text/markdown", "text/latex"):
        text = clean_text(text, len(text))
    else:
        return None
    kept = text[:limit] if mime.startswith("text/") else text * (len(text) <= limit)
    return kind, mime, kept, truncated is True or len(kept) < len(text)


def read_call(reply: dict[str, Any]) -> CallReply:
    """What a call gave; what cannot be read counts as unsendable."""
    if type(reply.get("missing")) is str:
        why = clean_text(reply.get("why"), _MAX_ADVICE)
        return CallReply(missing=wire.clean_name(reply["missing"]), why=why)
    if "raised" in reply:
        return CallReply(raised=_raised(reply["raised"]) or Raised("Exception", "", "", False))
    if type(reply.get("value")) is not bytes:
        return CallReply(unsendable=clean_text(reply.get("unsendable"), 200) or "nothing readable")
    try:
        value = wire.decode(reply["value"])
    except wire.WireError as error:
        return CallReply(unsendable=str(error))
    changed, warned = reply.get("changed"), reply.get("warnings")
    return CallReply(
        value=value,
        changed=tuple(
            wire.clean_name(name)
            for name in (changed if type(changed) is list else [])[:20]
            if type(name) is str
        ),
        warnings=tuple(
            (wire.clean_name(item[0]), clean_text(item[1], 200))
            for item in (warned if type(warned) is list else [])[:20]
            if type(item) is list and len(item) == 2 and type(item[0]) is str
        ),
    )
