"""Comments that staff write beside points: how long one may be, said in one way."""

from __future__ import annotations

LONGEST_COMMENT = 5000


def why_too_long(comment: str) -> str:
    """One sentence where the comment is too long, else nothing."""
    if len(comment) <= LONGEST_COMMENT:
        return ""
    return f"The comment has {len(comment)} characters, expected at most {LONGEST_COMMENT}."
