"""What goes in and comes out: a leaderboard, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Text
from webapp.models import BoardState


class PlaceInfo(Struct, frozen=True):
    """One row: the alias and the number that ranks it, null where nothing was measured.

    `final` and `final_rank` are null before staff reveal the final ranks, but for staff; then
    `climbed` says how many places better that rank is. `user` and `name` are staff's alone, and
    `alias` is null in their preview for who takes no part.
    """

    rank: int | None
    alias: str | None
    value: float | None
    final_rank: int | None
    final: float | None
    climbed: int | None
    own: bool
    user: int | None
    name: str | None


class LeaderboardInfo(Struct, frozen=True):
    """A leaderboard as one may see it, the best first; `measured` is what the number is.

    `held_back` says why a student sees nobody yet. The three counts are staff's: of the ranked
    without a final number, of those whom another version of the checks measured, and of those
    whom students do not see because results are held back.
    """

    state: BoardState
    measured: str
    alias: str | None
    held_back: str
    places: list[PlaceInfo]
    without_final: int | None
    of_another_version: int | None
    hidden: int | None


class NewAlias(Struct, frozen=True, forbid_unknown_fields=True):
    """The alias under which to take part."""

    alias: Text
