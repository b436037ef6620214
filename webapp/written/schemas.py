"""What goes in and comes out where staff's programs keep the course's lists, and read its log."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.api.schemas import LINE
from webapp.written.examples import MOST_EXAMPLES
from webapp.written.papers import LONGEST_REFERENCE, MOST_REFERENCES

Line = Annotated[str, Meta(min_length=1, max_length=LONGEST_REFERENCE, pattern=LINE)]
Words = Annotated[str, Meta(min_length=1, max_length=1000, pattern="^[^\\x00]*$")]


class Papers(Struct, frozen=True, forbid_unknown_fields=True):
    """The papers that students are suggested, a reference each."""

    papers: Annotated[list[Line], Meta(max_length=MOST_REFERENCES)]


class ExampleProposal(Struct, frozen=True, forbid_unknown_fields=True):
    """A proposal that nobody handed in: its title, and what it would do."""

    title: Line
    text: Words


class ExampleProposals(Struct, frozen=True, forbid_unknown_fields=True):
    """The examples of proposals that students see."""

    examples: Annotated[list[ExampleProposal], Meta(max_length=MOST_EXAMPLES)]
