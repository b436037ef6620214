"""Names, addresses and words to look for, as people type them and other programs write them.

The same letters can be written in two ways, as one character or as a letter and its accent: what is
kept and what is looked for is always the first, Unicode's composed form (NFC).
"""

from __future__ import annotations

import re
import unicodedata
from email.utils import parseaddr
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

LONGEST_SEARCH = 100
LONGEST_EMAIL = 255
# They take no room on a page, and come along from web pages and spreadsheets.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u2060\ufeff"))

# What stands before the @ of nearly every address; another is looked at more closely.
_USUAL = re.compile(r"(?=.{1,64}$)[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")


def one_line(text: str) -> str:
    """Text in one line: composed, without characters that nobody sees, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_UNSEEN).split())


def searched(text: str) -> str:
    """What somebody looks for."""
    return one_line(text)[:LONGEST_SEARCH]


def plain(text: str) -> str:
    """Letters and digits alone, without accents and in one case: to compare what people call
    the same."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", kept))


def as_address(text: str) -> str:
    """An e-mail address as it is kept, or nothing where the text is none.

    `Zoë Q <zoe@example.edu>` and `mailto:zoe@example.edu` are taken as the address in them.
    """
    kept = one_line(text).removeprefix("mailto:")
    if kept.endswith(">"):
        kept = parseaddr(kept)[1]
    before, _, domain = kept.lower().rpartition("@")
    if _USUAL.fullmatch(before):
        domain = _domain(domain)
        address = f"{before}@{domain}" if domain else ""
    else:
        address = _validated(kept)
    return address if len(address) <= LONGEST_EMAIL else ""


@lru_cache(maxsize=1024)
def _domain(domain: str) -> str:
    """A domain as it is kept; the people of a roster share theirs."""
    return _validated(f"a@{domain}").rpartition("@")[2]


def _validated(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return unicodedata.normalize("NFC", found.normalized.lower())
