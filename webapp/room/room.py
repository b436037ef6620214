"""Room that is used, of room that there is: when to warn, and when nothing more fits."""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20
# From this share on people are told before anything is refused.
WARN_AT = 0.8
LEAST_MB, MOST_MB = 1, 1_000_000


@dataclass(frozen=True)
class Room:
    """Bytes that are used, of the bytes that may be."""

    used: int
    most: int

    @property
    def share(self) -> float:
        """used / most."""
        return self.used / self.most if self.most else 1.0

    @property
    def nearly_full(self) -> bool:
        """Whether it is time to warn."""
        return self.share >= WARN_AT

    def fits(self, size: int) -> bool:
        """Whether so many bytes more fit."""
        return self.used + size <= self.most


@dataclass(frozen=True)
class Rooms:
    """A student's own room in a course, and that of the course as a whole."""

    own: Room
    course: Room

    def refusal(self, size: int, smaller: str = "clear its outputs") -> str:
        """Why a file of so many bytes is not taken, in one sentence; empty where it fits.

        `smaller` says what whoever sent it can do, of a notebook unless it says otherwise.
        """
        if not self.own.fits(size):
            return (
                f"Your files in this course take {megabytes(self.own.used)} of"
                f" {megabytes(self.own.most)} MB, and this one would add {megabytes(size)} MB, so"
                f" it was not taken: {smaller}, or ask the course's staff for more room."
            )
        if not self.course.fits(size):
            return (
                f"The course's files take {megabytes(self.course.used)} of"
                f" {megabytes(self.course.most)} MB, so this one was not taken: tell the course's"
                " staff, who can make room."
            )
        return ""

    def warning(self) -> str:
        """A sentence before anything is refused; empty while there is room."""
        if not self.own.nearly_full:
            return ""
        return (
            f"Your files in this course take {megabytes(self.own.used)} of"
            f" {megabytes(self.own.most)} MB: clear a notebook's outputs before you hand it in, and"
            " ask the course's staff if you need more room."
        )


def megabytes(size: int) -> str:
    """A size in MB, with a digit behind the point where it is small."""
    return f"{size / MB:.1f}" if 0 < size < 10 * MB else f"{size / MB:,.0f}"
