"""The written option: teams with a proposal and its slide, or a paper review."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import now
from webapp.models.accounts import User
from webapp.models.base import Base
from webapp.models.submissions import Content

SMALLEST_TEAM, LARGEST_TEAM = 3, 4


class Team(Base):
    """Three or four students with one novel proposal."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    invitation_code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    completed_at: Mapped[datetime | None]

    members: Mapped[list[TeamMember]] = relationship(
        back_populates="team", order_by="TeamMember.id", cascade="all, delete-orphan"
    )
    proposal: Mapped[Proposal | None] = relationship(
        back_populates="team", cascade="all, delete-orphan"
    )

    @property
    def complete(self) -> bool:
        """Whether enough students are in it."""
        return SMALLEST_TEAM <= len(self.members) <= LARGEST_TEAM


class TeamMember(Base):
    """A student's place in a team: one team per student and course."""

    __tablename__ = "team_members"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    joined_at: Mapped[datetime] = mapped_column(default=now)

    team: Mapped[Team] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class Proposal(Base):
    """A team's title and abstract, and the slides it handed in; the newest slide counts."""

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id"), unique=True)
    title: Mapped[str] = mapped_column(sa.String(160), default="")
    abstract: Mapped[str] = mapped_column(sa.Text, default="")
    updated_at: Mapped[datetime] = mapped_column(default=now)

    team: Mapped[Team] = relationship(back_populates="proposal")
    slides: Mapped[list[Slide]] = relationship(order_by="Slide.id", cascade="all, delete-orphan")

    @property
    def slide(self) -> Slide | None:
        """The slide that counts: the newest that was not refused."""
        return next((slide for slide in reversed(self.slides) if not slide.refusal), None)

    @property
    def refused(self) -> Slide | None:
        """The newest slide, where it was refused."""
        return self.slides[-1] if self.slides and self.slides[-1].refusal else None


class Slide(Base):
    """A PDF as it was handed in; one that turned out to be none of one page has a `refusal`.

    Until it was looked at, `thumbnail` is empty.
    """

    __tablename__ = "slides"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    received_at: Mapped[datetime] = mapped_column(default=now)
    filename: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("contents.sha256"))
    thumbnail: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    looked_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")

    content: Mapped[Content] = relationship()


class PaperReview(Base):
    """A student's review of a paper, written as Markdown or handed in as a PDF."""

    __tablename__ = "paper_reviews"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    paper: Mapped[str] = mapped_column(sa.String(300), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    filename: Mapped[str] = mapped_column(sa.String(200), default="")
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("contents.sha256"))
    thumbnail: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    received_at: Mapped[datetime] = mapped_column(default=now)
    # Of the PDF, as of a slide.
    looked_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")

    user: Mapped[User] = relationship()
    content: Mapped[Content | None] = relationship()

    @property
    def counts(self) -> bool:
        """Whether there is something to read: a text, or a PDF that was not refused."""
        return bool(self.body) or not self.refusal


class PaperList(Base):
    """The papers that a course suggests, one reference a line; without a row, the usual ones."""

    __tablename__ = "paper_lists"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), primary_key=True)
    content: Mapped[str] = mapped_column(sa.Text)


class ReviewDraft(Base):
    """What a student is writing and has not handed in; `revision` counts how often it was saved."""

    __tablename__ = "review_drafts"
    __table_args__ = (sa.UniqueConstraint("course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    paper: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    revision: Mapped[int]
    saved_at: Mapped[datetime]


class ProposalExamples(Base):
    """The examples of proposals that a course shows; without a row, the usual ones."""

    __tablename__ = "proposal_examples"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), primary_key=True)
    content: Mapped[str] = mapped_column(sa.Text)
