"""What a notebook puts out is shown, to its author and to staff, and never runs."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests import submissions
from tests.browser import notebooks
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Site
from tests.browser.test_student import hand_in, total

_RUN = "window.ranHere = true; alert(1)"
_ELSEWHERE = "http://192.0.2.1/stolen"
_CELLS = (
    "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display",
    f"display(HTML('<script>{_RUN}</script><p>a paragraph stays</p>'))",
    f'display(HTML(\'<img src=x onerror="{_RUN}"><img src="{_ELSEWHERE}">\'))',
    f"display(HTML('<a href=\"javascript:{_RUN}\">a link of words</a>'))",
    "display(HTML('<iframe srcdoc=\"<script>parent.ranHere = 1</script>\"></iframe>'))",
    f"display(HTML('<form action=\"{_ELSEWHERE}\"><button>a button</button></form>'))",
    f'display(HTML(\'<link rel=stylesheet href="{_ELSEWHERE}"><base href="{_ELSEWHERE}">\'))',
    f"display(HTML('<style>@import url({_ELSEWHERE}); body {{ display: none }}</style>'))",
    f"display(HTML('<meta http-equiv=refresh content=\"0; url={_ELSEWHERE}\">'))",
    "display(HTML('<div hx-get=\"/account\" hx-trigger=load>an element of htmx</div>'))",
    f'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="{_RUN}"></svg>\'))',
    f"display(Javascript('{_RUN}'))",
    f"display(Markdown('[words](javascript:{_RUN}) ![x]({_ELSEWHERE}) <b onclick=x>raw</b>'))",
    "print('\\x1b]0;owned\\x07\\x1b[2J\\x1b[31mred\\x1b[0m <script>window.ranHere = 1</script>')",
    f"def dense(X, W, b):\n    raise ValueError('<img src=x onerror=\"{_RUN}\">')",
    f"class Odd(Exception): pass\nOdd.__name__ = '<script>{_RUN}</script>'\n"
    "def perceptron(x, w, b):\n    raise Odd('{{ 7 * 7 }}')",
)
_MARKDOWN = (
    "**Answer (why_nonlinear):**\n\n"
    f"<script>{_RUN}</script> [words](javascript:{_RUN}) <img src=x onerror='{_RUN}'>"
    f"<svg onload='{_RUN}'> an answer stays"
)


def test_nothing_that_a_notebook_shows_runs(site: Site, visitors: Visitors) -> None:
    author = visitors.signed_in(site.student(5))
    author.goto(site.address(f"assignments/{ASSIGNMENT}"))
    corpus = [
        source
        for path in sorted((Path(submissions.__file__).parent / "active").glob("*.py"))
        for source in _cells(path)
    ]
    hand_in(author, notebooks.release(*corpus, *_CELLS, markdown=_MARKDOWN), "<b>x</b>.ipynb")
    total(author)
    address = author.url
    for page in (author, visitors.signed_in(site.staff("grader"))):
        page.goto(address)
        expect(page.locator("blockquote.answer")).to_contain_text("an answer stays")
        for traceback in page.get_by_text("Traceback", exact=True).all():
            traceback.click()
        expect(page.get_by_text("<img src=x onerror=").first).to_be_visible()
        _nothing_ran(page)
        page.goto(f"{address}/notebook")
        expect(page.get_by_text("a paragraph stays", exact=True)).to_be_visible()
        page.get_by_text("a link of words").last.click()
        expect(page.get_by_text("before after")).to_be_visible()
        _nothing_ran(page)


def _cells(path: Path) -> list[str]:
    body = path.read_text(encoding="utf-8").split("# %%", 1)[1]
    return [part.strip("\n") for part in body.split("# %%") if not part.startswith(" [markdown]")]


def _nothing_ran(page: Page) -> None:
    """The watch adds: no dialog, no request elsewhere, no violation of the policy."""
    assert page.evaluate("window.ranHere") is None
    content = page.locator("main")
    active = "script, iframe, object, embed, style, link, base, meta, svg, [onerror], [onload]"
    assert content.locator(active).count() == 0
    assert content.locator("[href^='javascript' i], [hx-trigger='load'], [style]").count() == 0
    assert "\x1b" not in content.inner_text()
    assert "\x9b" not in content.inner_text()
    assert "Heldout" in page.title()
