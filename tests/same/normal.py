"""What differs between two runs of one product, made the same."""

from __future__ import annotations

import re

# What stands for it, and what it looks like; a pattern's first group stays.
_CHANGING = (
    (r"\1(token)", r"(name='csrf_token' value=')[^']*"),
    (r"\1(token)", r"(/welcome/)[\w.~-]{20,}"),
    (r"\1(token)", r"(\bheldout_)[\w-]{20,}"),
    (r"\1(port)", r"((?:127\.0\.0\.1|localhost):)\d+"),
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]\d+)?$", re.M)


def normal(text: str) -> str:
    """The text without secrets and ports, which are drawn anew for each run."""
    for stands, pattern in _CHANGING:
        text = re.sub(pattern, stands, text)
    return text


def without_figures(metrics: str) -> str:
    """Metrics by name alone: what they count are seconds and requests of this run."""
    lines = {_NUMBER.sub("(figure)", line) for line in metrics.splitlines()}
    return "\n".join(sorted(lines))
