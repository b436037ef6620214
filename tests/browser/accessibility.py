"""axe over a page: WCAG 2.2 AA as a whole, or only what another theme changes."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
EVERY_RULE = {"runOnly": {"type": "tag", "values": list(_LEVELS)}}
# Dark pages are the same elements in other colours.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

# Where nothing is wrong nobody reads which element an answer is about.
_BRIEF = {"resultTypes": ["violations"], "selectors": False, "preload": False}


def violations(page: Page, options: dict[str, Any]) -> str:
    """axe's report of what it finds, empty when it finds nothing."""
    if not Axe().run(page, options=options | _BRIEF).violations_count:
        return ""
    return Axe().run(page, options=options).generate_report()
