"""Formulas: set as MathML where they can be, shown as typed where not, never more than that."""

import re
import time

import pytest

from webapp.base import formulas, markdown
from webapp.base.formulas import ATTRIBUTES, TAGS

BLOCK = '<math display="block" tabindex="0">'


def tags_of(html: str) -> set[str]:
    return set(re.findall(r"<(\w+)", html)) - {"p", "code", "a"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("so $x_i$ is 3", "<msub><mi>x</mi><mi>i</mi></msub>"),
        ("$x_i$ is 3", "<msub><mi>x</mi><mi>i</mi></msub>"),
        ("$a<b$", "<mo>&lt;</mo>"),
        ("$$\n\\frac{1}{n}\n$$", BLOCK),
        ("before $$x$$ after", BLOCK),
        (r"$\nabla_\theta J$", "<mo>∇</mo><mi>θ</mi>"),
        (r"$\arg\min_w J$", "<mo>arg</mo>"),
        ("$$\n\\begin{aligned}a&=1\\\\b&=2\\end{aligned}\n$$", "<mtable><mtr><mtd"),
    ],
)
def test_formulas_of_notebooks_and_reviews_are_set(text, part):
    for html in (markdown.markdown(text), markdown.markdown_cell(text)):
        assert part in html
        assert "$" not in html


@pytest.mark.parametrize("text", ["It costs $5 and $6.", "`$x$`", "one $ alone", r"\$x\$"])
def test_other_dollars_stay_as_they_are(text):
    html = markdown.markdown(text)
    assert "<math" not in html
    assert "$" in html


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1",
        r"x^2^3",
        r"\left(",
        r"\undefinedcommand x",
        "{" * 10_000 + "x" + "}" * 10_000,
        r"\sqrt" * 300 + "x",
        "x" * 2001,
    ],
)
def test_what_cannot_be_set_is_shown_as_typed(latex):
    html = markdown.markdown(f"${latex}$")
    assert html == f"<p><code>${latex}$</code></p>\n"


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{secret}{x}",
        r"\id{main}{x}",
        r"\color{white}{x}",
        r"\rule{1em}{9999em}",
        r"\hspace{9999em}x",
        r"\mathrm{</math><img src=x>}",
    ],
)
def test_a_hostile_formula_is_only_a_formula(latex):
    html = str(markdown.markdown_cell(f"${latex}$"))
    assert tags_of(html) <= TAGS
    allowed = {"display", "tabindex"}.union(*ATTRIBUTES.values())
    assert set(re.findall(r"<[^>]*?\s([\w-]+)=", html)) <= allowed
    assert "9999" not in html


def test_raw_mathml_of_a_student_keeps_nothing_that_acts():
    html = markdown.sanitised(
        "<math href='javascript:x' onclick=x><maction actiontype='statusline#x'><mi style='a'>"
        "x</mi></maction><semantics><annotation-xml encoding='text/html'><script>y</script>"
        "</annotation-xml></semantics><mspace width='9999em'/></math>"
    )
    assert tags_of(html) <= TAGS
    assert "=" not in html


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "$" + "x" * 10**6 + "$",
        "$a " * 20_000,
        "$$a\n\n" * 300 + "\n" * 50_000,
        "$" + r"\$" * 25_000,
        "$\\text{" + "$" * 50_000,
    ],
    ids=["one of a megabyte", "unclosed", "blocks", "escaped", "dollars"],
)
def test_a_text_full_of_dollars_costs_no_more_than_a_long_one(text):
    ordinary = "A *word* of `code`, and another.\n\n" * 2000
    assert _seconds(markdown.markdown, text) < 5 * _seconds(markdown.markdown, ordinary)


def _seconds(call, text: str) -> float:
    """The least of three: what else the process does, such as collecting garbage, is not meant."""
    found = []
    for _ in range(3):
        start = time.thread_time()
        call(text)
        found.append(time.thread_time() - start)
    return min(found)


def test_one_page_sets_only_so_many_formulas():
    with formulas.one_page():
        pages = [markdown.markdown_cell("$" + "x" * 1000 + f"_{{{n}}}$") for n in range(60)]
    assert "<math" in pages[0]
    assert "<math" not in pages[-1]
    assert "<code>$xxx" in pages[-1]
