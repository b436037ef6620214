"""What an alias on a leaderboard may be, and when two look alike."""

from __future__ import annotations

import re

from webapp.models.leaderboard import LONGEST_ALIAS

SHORTEST_ALIAS = 3
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


class AliasRefused(Exception):
    """An alias cannot be used: one sentence."""


def key_of(alias: str) -> str:
    """By which the alias is told from others; raises AliasRefused where it cannot be used."""
    if not SHORTEST_ALIAS <= len(alias) <= LONGEST_ALIAS:
        raise AliasRefused(
            f"The alias has {len(alias)} characters, expected {SHORTEST_ALIAS} to {LONGEST_ALIAS}."
        )
    if not _PLAIN.fullmatch(alias):
        raise AliasRefused(
            "An alias takes the letters A to Z, digits, and between them spaces, - and _."
        )
    return likeness(alias)


def likeness(name: str) -> str:
    """What two names that look alike have in common."""
    return _SEPARATORS.sub("", name.lower())
