"""How much of the disk somebody's work in a course takes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class UsedRoom(Base):
    """The bytes of the files that one person has in one course, each file once.

    A sum that is kept in the change that adds a file, so that no upload adds up what there is.
    """

    __tablename__ = "used_room"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True, index=True)
    bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
