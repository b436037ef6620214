"""Short texts that become long pages, or take long: each kind is bounded where it begins."""

import time
from functools import partial

import pytest

from webapp.base import bounds, markdown
from webapp.rendering.asked import Asked, Made
from webapp.rendering.inside_made import make

# What parsers of Markdown and HTML were slow at: a text of about n characters each.
SHAPES = {
    "a wide table": lambda n: "|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + "a\n" * (n // 2),
    "many tables": lambda n: ("|a" * 60 + "\n" + "|-" * 60 + "\n" + "a\n" * 30 + "\n") * (n // 301),
    "brackets": lambda n: "[" * n,
    "links in links": lambda n: "[a](" * (n // 4),
    "pictures": lambda n: "![" * (n // 2),
    "emphasis": lambda n: "*a **b _c " * (n // 10),
    "stars": lambda n: "*" * n,
    "backticks": lambda n: "".join("`" * i + " " for i in range(1, int((2 * n) ** 0.5))),
    "quotes": lambda n: ">" * n,
    "lists": lambda n: "- " * (n // 2) + "a",
    "items": lambda n: "- a\n" * (n // 4),
    "references": lambda n: "[a]: b 'c\n" * (n // 10),
    "one link a thousand times": lambda n: "[a]: " + "x" * (n // 2) + "\n\n" + "[a]" * (n // 6),
    "tags": lambda n: "<div>" * (n // 5),
    "comments": lambda n: "<!--" * (n // 4),
    "unclosed tags": lambda n: "<a b='" * (n // 6),
    "dollars": lambda n: "$a " * (n // 3),
    "formulas": lambda n: "$x^2$ " * (n // 6),
    "fractions": lambda n: "$" + r"\frac{" * (n // 6) + "$",
}


def seconds(call) -> float:
    """The lesser of two: what else the machine does is not meant."""
    found = []
    for _ in range(2):
        start = time.thread_time()
        call()
        found.append(time.thread_time() - start)
    return min(found)


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_text_takes_about_ten_times_as_long(shape):
    texts = [SHAPES[shape](n) for n in (1_200, 12_000)]
    for set_text in (markdown.markdown, markdown.markdown_cell):
        short, long = (seconds(partial(set_text, text)) for text in texts)
        assert long < 25 * max(short, 0.002), (shape, short, long)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_becomes_more_than_a_page(shape):
    made = make(Asked("markdown", SHAPES[shape](12_000).encode()))
    assert len(made.html) < 2 * bounds.MOST_HTML


def test_a_table_ends_where_it_has_cells_enough_and_says_so():
    table = "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + "a\n" * 1000 + "\nAfter it."
    html = markdown.markdown(table)
    assert html.count("<td>") + html.count("<th>") <= bounds.MOST_CELLS
    assert bounds.LEFT_OUT in html
    assert "<p>After it.</p>" in html


def test_cells_are_counted_over_all_tables_of_a_text():
    table = "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + "a\n" * 30 + "\n"
    assert markdown.markdown(table * 10).count("<td>") <= bounds.MOST_CELLS


def test_a_table_with_more_columns_than_anybody_reads_stays_text():
    html = markdown.markdown("|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + "b\n" * 5)
    assert "<td>" not in html
    assert "a|a|a" in html


def test_ordinary_tables_are_whole():
    rows = "".join(f"|{n}|{n * n}|\n" for n in range(300))
    html = markdown.markdown(f"|n|square|\n|-|-|\n{rows}")
    assert html.count("<td>") == 600
    assert bounds.LEFT_OUT not in html


def test_tags_that_lie_too_deep_are_shown_as_they_were_written():
    assert markdown.sanitised("<div>" * 500).startswith("<pre>&lt;div&gt;")
    assert markdown.sanitised("<div>" * 50 + "x" + "</div>" * 50).startswith("<div>")


def test_a_text_that_is_too_long_is_shown_as_it_was_written():
    made = make(Asked("markdown", b"*a* " * 40_000))
    assert made.html.startswith("<pre>*a* *a*")
    assert "too long" in made.left_out
    assert made != Made()
