"""No price set by students: what a web thread does with what somebody wrote grows with its size.

Every place that parses something of a student's is walked with what is slow to parse, once and ten
times as long; the web thread's own time may grow in proportion.
"""

import ast
import contextlib
import io
import itertools
import json
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook, result
from tests.webapp.rendering.test_bounds import SHAPES
from webapp.base.markdown import inline_code
from webapp.grading.library import GraderLibrary
from webapp.models import Course, PaperReview
from webapp.rendering.prepared import Renderings
from webapp.rendering.shelf import RENDERINGS, Shelf
from webapp.results.pages import last_cell
from webapp.results.public_tests import public_tests
from webapp.site.uploads import FileRefused
from webapp.submissions.notebook_cells import answers_of, notebook_of

WEBAPP = Path(__file__).parents[3] / "webapp"
# What parses Markdown, formulas, HTML or a PDF, and who may: the renderer, instructors saving a
# text of their course (`texts.py`, whose shapes are bounded), and the demo before it serves.
PARSERS = {
    "webapp.base.markdown": {
        "fitting",
        "markdown",
        "markdown_cell",
        "parsed",
        "sanitised",
        "pieces",
    },
    "webapp.base.formulas": {"enable", "may_hold_formulas"},
    "webapp.base.printed_length": {"printed_pages"},
    "autograder.sandbox.outside_pdf": {"inspect_pdf"},
}
MAY_PARSE = {
    *("base/markdown.py", "base/printed_length.py", "rendering/inside_made.py"),
    *("rendering/renderer.py", "course_page/texts.py", "demo/written.py", "grading/library.py"),
}


class NeverMade(Shelf):
    def has_renderer(self) -> bool:
        return True


def imports_a_parser(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        for name in (alias.name for alias in node.names):
            whole = f"{node.module}.{name}"
            if name in PARSERS.get(node.module or "", ()):
                return True
            if whole in PARSERS and used_of(path, name) & PARSERS[whole]:
                return True
    return False


def used_of(path: Path, module: str) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == module
    }


def test_only_the_renderer_parses_what_people_wrote():
    found = {
        str(path.relative_to(WEBAPP)) for path in WEBAPP.rglob("*.py") if imports_a_parser(path)
    }
    assert found == MAY_PARSE


def test_no_page_opens_a_pdf():
    asking = {
        str(path.relative_to(WEBAPP))
        for path in WEBAPP.rglob("*.py")
        if ".inspect_pdf(" in path.read_text(encoding="utf-8")
    }
    assert asking == {"demo/written.py"}


def test_no_template_parses():
    banned = ("| markdown", "|markdown", "markdown_cell")
    for path in WEBAPP.rglob("*.html"):
        assert not [word for word in banned if word in path.read_text(encoding="utf-8")], path


def seconds(call) -> float:
    """The web thread's own, the lesser of two."""
    found = []
    for _ in range(2):
        start = time.thread_time()
        call()
        found.append(time.thread_time() - start)
    return min(found)


def grows_in_proportion(call, small, large, what) -> None:
    """Ten times the size costs at most so much more; what takes no time at all is not compared."""
    short = seconds(lambda: call(small))
    long = seconds(lambda: call(large))
    assert long < 20 * max(short, 0.01), (what, short, long)


@pytest.fixture
def busy(app, tmp_path):
    """The application beside a renderer that never comes to it."""
    app.extensions["heldout-renderings"] = Renderings(
        NeverMade(tmp_path / RENDERINGS), threads=16, patience=0.0, pdf_patience=0.0
    )


MARKDOWN = ("a wide table", "items", "pictures", "tags", "links in links", "formulas")


@pytest.mark.parametrize("shape", MARKDOWN)
def test_pages_with_a_students_text(auth, session, graded, busy, shape):
    texts = [SHAPES[shape](n) for n in (1_000, 10_000)]
    ada, gil, revisions = auth.login("ada"), auth.login("gil"), itertools.count(1)

    ada.post("/courses/dl/review", {"paper": "Adam", "body": "x"})

    def preview(text):
        assert ada.post("/courses/dl/review/preview", {"body": text}).status_code == 200

    def draft(text):
        typed = {"body": text, "revision": next(revisions)}
        assert ada.post("/courses/dl/review/draft", typed).json["state"] == "saved"

    for call in (preview, draft):
        grows_in_proportion(call, *texts, call.__name__)

    review = session.scalars(sa.select(PaperReview)).one()
    pages = {
        "review": (ada, "/courses/dl/review"),
        "reading": (gil, f"/courses/dl/staff/readings/reviews/{review.id}"),
    }
    for what, (visitor, address) in pages.items():

        def look(text, visitor=visitor, address=address):
            session.execute(sa.update(PaperReview).values(body=text))
            session.execute(sa.update(Course).values(page=text))
            session.commit()
            assert visitor.get(address).status_code == 200

        grows_in_proportion(look, *texts, what)


@pytest.mark.parametrize("shape", MARKDOWN)
def test_pages_with_a_students_notebook(auth, graded, busy, shape):
    ada = auth.login("ada")
    small, large = (
        graded("ada", data=notebook("x", answer="**Answer (why):**\n\n" + SHAPES[shape](n)))
        for n in (3_000, 30_000)
    )
    for ending in ("", "/notebook", "/pictures/0/0"):

        def look(submission, ending=ending):
            ada.get(f"/courses/dl/submissions/{submission.id}{ending}")

        grows_in_proportion(look, small, large, ending)


# Files that were handed in: what the notebook's reader is slow at, of about n bytes.
FILES = {
    "half characters": lambda n: cell('"' + "\\ud800" * (n // 6) + '"'),
    "numbers that are none": lambda n: cell('"",  "outputs": [' + "NaN," * (n // 4) + "1]"),
    "depth": lambda n: b'{"nbformat":4,"cells":' + b"[" * n,
    "quotes": lambda n: b'{"nbformat":4,"cells":[{"source":"' + b'\\"' * (n // 2),
    "backslashes": lambda n: b'{"nbformat":4,"cells":["' + b"\\" * n,
    "no end of names": lambda n: b"{" + b"Infinit" * (n // 7),
    "conflicts": lambda n: b"{\n" + b"<<<<<<<" * (n // 7),
    "blank lines": lambda n: b"{" + b" \n" * (n // 2),
    "markers": lambda n: cell(json.dumps("**Answer (why):**\n" * (n // 18))),
    "beginnings of markers": lambda n: cell(json.dumps("**Answer (" * (n // 10))),
    "spaces": lambda n: cell(json.dumps(" " * n + "YOUR ANSWER HERE" + "\t" * n)),
    "lines": lambda n: cell(json.dumps(["\r\n"] * (n // 6))),
    "cells": lambda n: notebook(*["a"] * min(n // 80, 9_000)),
}


def cell(source: str) -> bytes:
    return (
        '{"nbformat": 4, "cells": [{"cell_type": "markdown", "metadata": {}, "source": '
        + source
        + "}]}"
    ).encode()


@pytest.mark.parametrize("shape", FILES)
def test_a_file_that_is_handed_in(shape):
    parse = GraderLibrary().parse_notebook
    found = result()

    def read(data):
        with contextlib.suppress(FileRefused):
            parse(data)
        handed_in = notebook_of(data)
        answers_of(handed_in, ["why"])
        public_tests(handed_in, found)

    grows_in_proportion(read, FILES[shape](40_000), FILES[shape](400_000), shape)


@pytest.mark.parametrize("text", ["`", "`a", "a`\n", "Cell 1, line ", "Cell ", " ", "<b>"])
def test_messages_and_tracebacks(text):
    for call in (inline_code, last_cell):
        small, large = (text * n for n in (2_000, 20_000))
        grows_in_proportion(call, small, large, call.__name__)


def test_a_slide_costs_the_web_thread_its_bytes_alone(auth, busy):
    ada = auth.login("ada")
    ada.post("/courses/dl/proposal/team", {"name": "The Team"})

    def hand_in(data):
        files = {"slide": (io.BytesIO(data), "s.pdf")}
        assert ada.post("/courses/dl/proposal/slide", files).status_code == 303

    small, large = (b"%PDF-1.4\n" + b"<<" * n for n in (50_000, 500_000))
    grows_in_proportion(hand_in, small, large, "slide")
