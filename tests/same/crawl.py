"""Every page that somebody reaches by links, a few of each kind, always in the same order."""

from __future__ import annotations

import re
import urllib.parse
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.same.answers import as_text, keep
from tests.same.page_text import Form, read_page
from tests.same.visitor import Visitor

# Of addresses that differ in numbers or in what they ask for, this many are read.
_EACH = 3
# Making these takes seconds, so one is enough.
_SLOW = re.compile(r"/(preview|release\.ipynb|gradebook\.db)$")
_LEFT_OUT = re.compile(r"^/(static|bootstrap|assets)/")
# What a page's script asks for although no link of the page leads there.
_BESIDE = (
    (re.compile(r"/submissions/\d+$"), "/status"),
    (re.compile(r"/staff/assignments/\w+/(regrade|similarity)$"), "/status"),
    (re.compile(r"/staff$"), "?search=nobody"),
)


@dataclass
class Found:
    """What one visitor's walk found; forms go with the page that they stand on."""

    addresses: list[str] = field(default_factory=list)
    forms: list[tuple[str, Form]] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)


def crawl(visitor: Visitor, seeds: Iterable[str], folder: Path) -> Found:
    """Read pages from the seeds on, and keep each one's text in the folder."""
    found, waiting = Found(), deque(seeds)
    seen, kinds = set(waiting), Counter(map(kind_of, waiting))
    while waiting:
        address = waiting.popleft()
        found.addresses.append(address)
        for link in _read(visitor, address, folder, found):
            kind = kind_of(link)
            if link not in seen and kinds[kind] < (1 if _SLOW.search(kind) else _EACH):
                seen.add(link)
                kinds[kind] += 1
                waiting.append(link)
    return found


def kind_of(address: str) -> str:
    """The address without its numbers and without what it asks for."""
    path, _, query = address.partition("?")
    asked = sorted(name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True))
    numbered = re.sub(r"/\d+(?=/|$)", "/N", path)
    if _SLOW.search(path):
        numbered = re.sub(r"/assignments/\w+/", "/assignments/NAME/", numbered)
    return "?".join(filter(None, (numbered, "&".join(asked))))


def _read(visitor: Visitor, address: str, folder: Path, found: Found) -> list[str]:
    """Keep one page; returns the addresses that it leads to, in order."""
    answer = visitor.get(address)
    keep(folder, address, as_text(f"GET {address}", answer))
    links = {answer.headers["Location"]} if answer.headers["Location"] else set()
    if answer.kind == "text/html":
        page = read_page(answer.text)
        links |= page.links
        found.parts |= {here for part in page.parts if (here := _here(visitor, address, part))}
        found.forms += [(address, form) for form in page.forms if form.method == "post"]
    path = address.partition("?")[0]
    links |= {path + more for pattern, more in _BESIDE if pattern.search(address)}
    followed = {_here(visitor, address, link) for link in links}
    return sorted(link for link in followed if link and not _LEFT_OUT.match(link))


def _here(visitor: Visitor, page: str, link: str) -> str:
    """The link as an address of this site, or nothing."""
    whole = urllib.parse.urljoin(visitor.url + page, link).partition("#")[0]
    return whole.removeprefix(visitor.url) if whole.startswith(visitor.url + "/") else ""
