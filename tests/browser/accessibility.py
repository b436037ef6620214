"""axe over a page: WCAG 2.2 AA as a whole, or only what another theme changes."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
EVERY_RULE = {"runOnly": {"type": "tag", "values": list(_LEVELS)}, "resultTypes": ["violations"]}
# Dark pages are the same elements in other colours.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def violations(page: Page, options: dict[str, Any]) -> str:
    """axe's report of what it finds, empty when it finds nothing."""
    found = Axe().run(page, options=options)
    return found.generate_report() if found.violations_count else ""
