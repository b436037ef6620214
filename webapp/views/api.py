"""The interface for programs: its operations are in `webapp.api`, by topic."""

from webapp.api import blueprint, document, regrading, staff, student

__all__ = ["blueprint", "document", "regrading", "staff", "student"]
