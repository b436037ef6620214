"""What must hold on every page of every story, whatever the story is about.

A watch sits on a browser's context and collects what is wrong: an answer without the strict
Content-Security-Policy, a violation of it, a request that leaves the service, a message on the
console, an error in a script, a dialog, a part of a page that is missing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    Response,
    WebError,
)

# Reported from inside the page, before any script of the page runs.
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.effectiveDirective + " " + event.blockedURI));
"""
_NEEDS = ("default-src 'none'", "frame-ancestors 'none'")
_SOURCES = {"'none'", "'self'", "data:"}


class Watch:
    """Collects everything that no page may do."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._url = url
        self.complaints: list[str] = []
        self.requests = 0
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith((f"{self._url}/", "data:")):
            self.complaints.append(f"a request left the service: {request.url[:200]}")

    def _response(self, response: Response) -> None:
        if response.url.startswith("data:"):
            return
        path = urlsplit(response.url).path
        for wrong in policy_faults(response.headers.get("content-security-policy", "")):
            self.complaints.append(f"{path}: {wrong}")
        if response.headers.get("x-content-type-options") != "nosniff":
            self.complaints.append(f"{path}: its type may be guessed")
        if response.status >= 500:
            self.complaints.append(f"{path} was answered with {response.status}")
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{path}, a part of a page, was answered {response.status}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends its requests; a download is no page. Neither is a fault.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url[:200]} failed: {request.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser also reports every page with an error's status, which `_response` judges.
        if not message.text.startswith("Failed to load resource: the server responded with"):
            self.complaints.append(f"console, {message.type}: {message.text[:300]}")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"a script failed: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog opened: {dialog.message[:200]}")
        dialog.dismiss()

    def settle(self, context: BrowserContext) -> None:
        """Let what is still on its way arrive: events come in only while Playwright is called."""
        for page in context.pages:
            try:
                page.evaluate("0")
            except Error:  # a page that shows a download or is closing has nothing more to say
                continue


def policy_faults(policy: str) -> list[str]:
    """What a Content-Security-Policy leaves open."""
    parts = [part.strip() for part in policy.split(";")]
    faults = [f"its policy lacks {needed}" for needed in _NEEDS if needed not in parts]
    sources = {(part.split()[0], source) for part in parts for source in part.split()[1:]}
    for name, source in sorted(sources):
        if source not in _SOURCES or (source == "data:" and name != "img-src"):
            faults.append(f"its policy lets {name} come from {source}")
    if "sandbox" not in parts:
        faults += [
            f"its policy lacks {needed}"
            for needed in ("base-uri 'none'", "form-action 'self'")
            if needed not in parts
        ]
    return faults


def overflow(page: Page) -> list[str]:
    """Elements that make the page wider than the window, if it is wider."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
    return found
