"""The interface for programs: its operations are in `webapp.api`, by topic."""

from webapp.api import (
    answering,
    authoring,
    blueprint,
    document,
    enrolling,
    extending,
    insight,
    marking,
    reading,
    regrading,
    setting,
    showing,
    staff,
    steering,
    student,
)

__all__ = [
    "answering",
    "authoring",
    "blueprint",
    "document",
    "enrolling",
    "extending",
    "insight",
    "marking",
    "reading",
    "regrading",
    "setting",
    "showing",
    "staff",
    "steering",
    "student",
]
