"""What cannot be taken back asks first: opening what will happen, then doing it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def asking(page: Page, label: str) -> Locator:
    """What asks first, by its words."""
    return page.locator(".asks-first summary", has_text=label)


def confirm(page: Page, label: str, then: str) -> None:
    """Open what will happen, and do it."""
    asking(page, label).click()
    page.get_by_role("button", name=then).click()


def publish(page: Page, label: str, then: str) -> None:
    """Publish; it asks first only where something is unread."""
    if asking(page, label).count():
        confirm(page, label, then)
    else:
        page.get_by_role("button", name=label).click()
