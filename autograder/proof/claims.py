"""What a proof says of an assignment: claims, each of which held or did not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One thing that was claimed of an assignment, and what was found instead, if anything."""

    subject: str
    claim: str
    found: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim held under every seed that was tried."""
        return not self.found
