"""What may stand on a course's page: how long, how large once it is rendered, and which version.

Everyone of the course reads it, so nothing is kept that becomes far more HTML than it is text:
a link that is defined once and used a thousand times, for example.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

from webapp.base.bounds import MOST_HTML as MOST_RENDERED
from webapp.base.markdown import fitting

LONGEST_PAGE, LONGEST_ANNOUNCEMENT, LONGEST_TITLE = 20_000, 6_000, 200
# Each may begin a link, so each is looked for in all the text behind it.
_MOST_BRACKETS = 2_000
TEMPLATE = """\
## Timetable

| When | What | Where |
|---|---|---|
| Monday, 10:00 to 11:00 | Lecture | Room |
| Thursday, 14:00 to 15:00 | Tutorial | Room |

## Office hours

Tuesday, 16:00 to 17:00, in room … or by request.

## Links

- [Slides and recordings](https://www.example.edu/)
- [Forum](https://www.example.edu/)

## Contact

The staff's address: [staff@example.edu](mailto:staff@example.edu)

## Credits

… credits, graded or pass/fail. To pass, …
"""


class TextRefused(ValueError):
    """A text cannot be kept: one sentence."""


class TextConflict(ValueError):
    """Somebody else changed the text meanwhile; nothing was changed."""


@dataclass(frozen=True)
class News:
    """What is announced: a title on one line, and a text in Markdown."""

    title: str
    text: str

    def __post_init__(self) -> None:
        """Refuse what is no announcement."""
        if not self.title or not self.text:
            missing = "text" if self.title else "title"
            raise TextRefused(f"The announcement has no {missing}: write one.")
        if len(self.title) > LONGEST_TITLE:
            raise TextRefused(
                f"The title has {len(self.title)} characters, expected at most {LONGEST_TITLE}."
            )
        require_fitting(self.text, LONGEST_ANNOUNCEMENT)


def version_of(*texts: str) -> str:
    """What tells a text from what it was before; an edit names the one that it was made on."""
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:32]


def typed(text: str) -> str:
    """A text as it is kept, with the ends of lines that a form and a program agree on."""
    return text.replace("\r\n", "\n").strip()


def typed_news(title: str, text: str) -> News:
    """An announcement as it is kept, its title on one line; raises TextRefused."""
    return News(" ".join(title.split()), typed(text))


def require_fitting(text: str, longest: int) -> None:
    """Raise TextRefused for a text that is too long, or too large once it is rendered."""
    if len(text) > longest:
        raise TextRefused(f"The text has {len(text)} characters, expected at most {longest}.")
    if not _renders_small(text):
        raise TextRefused(
            f"The text becomes more than {MOST_RENDERED} characters of HTML: use long links and "
            "formulas less often."
        )


@functools.lru_cache(maxsize=256)
def _renders_small(text: str) -> bool:
    if text.count("[") > _MOST_BRACKETS:
        return False
    html = fitting(text, 2)
    return html is not None and len(html) <= MOST_RENDERED
