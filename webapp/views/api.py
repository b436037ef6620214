"""The interface for programs: its operations are in `webapp.api`, by topic."""

from webapp.api import blueprint, document, marking, regrading, staff, steering, student

__all__ = ["blueprint", "document", "marking", "regrading", "staff", "steering", "student"]
