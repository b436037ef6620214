"""The README's pictures: main pages of a demo, light on the left and dark on the right.

`make screenshots` starts a demo of its own, with work in its first three assignments, and writes
`docs/pictures/` anew. It needs Debian's chromium.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.orm import Session

from autograder.assignment import find_assignment, list_assignments
from tests.browser.conftest import FLAGS, sign_in
from tests.browser.places import PLACES
from tests.browser.service import COURSE, Account, Site, running_demo
from tests.browser.workshop import in_database
from webapp.demo import hand_in_samples
from webapp.models import Course, User

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_ALSO = ("a02_losses", "a03_backprop")
_STUDENTS = 30
_SIZE = (1200, 760)
_MOST_BYTES = 60_000


@dataclass(frozen=True)
class Picture:
    """One page of `places`, and how far down it is looked at."""

    name: str
    place: str
    scrolled: int = 0


PICTURES = (
    Picture("home", "home"),
    Picture("submit", "assignment"),
    Picture("result", "last-attempt", 180),
    Picture("scores", "scores"),
    Picture("insight", "insight"),
    Picture("reading", "reading-a-review"),
)


def main() -> None:
    """Start the demo, fill it, and take every picture twice."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        every = [assignment.id for assignment in list_assignments()]
        with running_demo(Path(folder), assignments=every, students=_STUDENTS) as site:
            _fill(site)
            for picture in PICTURES:
                halves = [_taken(browser, site, picture, scheme) for scheme in ("light", "dark")]
                path = FOLDER / f"{picture.name}.webp"
                path.write_bytes(_small(_joined(*halves)))
                print(f"{path.name}: {path.stat().st_size // 1000} kB")


@contextmanager
def _browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("There is no chromium: install Debian's package of that name.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def _fill(site: Site) -> None:
    """Hand in for the other assignments as well, and wait until everything is graded."""
    emails = [account.email for account in site.accounts if account.role == "student"]

    def hand_in(session: Session) -> None:
        course = session.scalars(sa.select(Course).where(Course.slug == COURSE)).one()
        users = {user.email: user for user in session.scalars(sa.select(User))}
        for name in _ALSO:
            students = [users[email] for email in emails]
            hand_in_samples(session, course, find_assignment(name), students)

    in_database(site, hand_in)
    waiting = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    while site.ask(waiting)[0][0]:
        time.sleep(0.5)


def _taken(browser: Browser, site: Site, picture: Picture, scheme: str) -> Image.Image:
    place = next(place for place in PLACES if place.name == picture.place)
    size = {"width": _SIZE[0], "height": _SIZE[1]}
    context = browser.new_context(
        base_url=site.url,
        viewport=size,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, _viewer(site, place.viewer))
    page.goto(place.address(site), wait_until="networkidle")
    page.mouse.wheel(0, picture.scrolled)
    page.evaluate("document.activeElement.blur()")
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    return taken


def _viewer(site: Site, viewer: str | int | None) -> Account:
    return site.student(viewer) if isinstance(viewer, int) else site.staff(viewer or "instructor")


def _joined(light: Image.Image, dark: Image.Image) -> Image.Image:
    """Light, with a slanted border to the dark right half."""
    width, height = light.size
    lean = height // 6
    mask = Image.new("L", light.size, 0)
    corners = [(width // 2 + lean, 0), (width, 0), (width, height), (width // 2 - lean, height)]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return Image.composite(dark, light, mask)


def _small(image: Image.Image) -> bytes:
    """As WebP, as good as it gets within the limit."""
    made = (_webp(image, quality) for quality in range(80, 10, -5))
    return next(data for data in made if len(data) <= _MOST_BYTES)


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()


if __name__ == "__main__":
    main()
