"""Numbers as people type them, and sums of points."""

from __future__ import annotations

import math

# Points nearer than this are the same: sums of fractions differ in their last digits.
CLOSE = 1e-9


class TypedNumber(float):
    """A number that remembers how it was typed, so that a refusal can say what it got.

    What is no number counts as NaN, which no range holds.
    """

    typed: str

    def __new__(cls, text: str) -> TypedNumber:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        made = super().__new__(cls, value)
        made.typed = text
        return made

    @classmethod
    def whole(cls, text: str) -> TypedNumber:
        """The same of a whole number, which is written in digits alone."""
        made = cls(text if text.isascii() and text.isdigit() else "")
        made.typed = text
        return made


def as_given(number: float) -> str:
    """The number as it was typed, or as a program sent it."""
    return number.typed if isinstance(number, TypedNumber) else f"{number:.12g}"
