"""The interface for programs: its operations are in `webapp.api`, by topic."""

from webapp.api import (
    answering,
    blueprint,
    document,
    extending,
    marking,
    reading,
    regrading,
    staff,
    steering,
    student,
)

__all__ = [
    "answering",
    "blueprint",
    "document",
    "extending",
    "marking",
    "reading",
    "regrading",
    "staff",
    "steering",
    "student",
]
