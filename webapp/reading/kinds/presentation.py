"""Presentations of proposals: scored while they go on, from the pages of presentation day."""

from __future__ import annotations

from typing import Any, ClassVar

from webapp.audit.record import Action
from webapp.reading.kinds.kind import Kept, Opened
from webapp.reading.kinds.proposal import Proposals


class Presentations(Proposals):
    """What a team said in its minute: no list and no readers, everybody may score."""

    name, label, one = "presentation", "Presentations", "Presentation"
    folder = ""
    listed = False
    action: ClassVar[Action] = "score presentation"

    def subject(self, number: int) -> str:
        """The log calls it by its proposal."""
        return f"proposal {number}"

    def told(self, work: Opened, kept: Kept) -> dict[str, Any]:
        """Its points."""
        return {"points": kept.rubric.points(kept.reading.selections)}


PRESENTATION = Presentations()
