"""Reading a result: everything a student wrote is shown as text, or sanitised."""

import base64

import pytest

from autograder.results import Output
from autograder.submitted import notebook as parsing
from tests.webapp.graders import PNG, notebook, result
from webapp.base import markdown

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def page_of(auth, submission, ending="", name="ada"):
    return auth.login(name).get(f"/courses/dl/submissions/{submission.id}{ending}")


def test_points_message_hint_and_check_are_shown_per_question(auth, graded):
    page = page_of(auth, graded("ada", result(score=1))).text
    assert "Partly right" in page
    assert "<code>dense</code> multiplies and adds." in page
    assert "shape (4, 1), expected (4,)" in page
    assert "Sum over the right axis." in page
    assert "Waiting for staff" in page


def test_a_message_from_a_student_is_escaped(auth, graded):
    page = page_of(auth, graded("ada", result(score=0, message=ATTACK))).text
    assert ATTACK not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_written_answer_is_markdown_without_its_html(auth, graded):
    data = notebook("x", answer="**Answer (why):**\n\n*so* " + ATTACK)
    page = page_of(auth, graded("ada", data=data)).text
    assert "<em>so</em>" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_executed_notebook_shows_cells_with_their_outputs(auth, graded):
    outputs = (
        Output("stdout", "text/plain", "hello <b>there</b>"),
        Output("result", "text/html", f"<table><tr><td>7</td></tr></table>{ATTACK}"),
        Output("display", "image/svg+xml", "<svg onload=alert(1)>"),
        Output("display", "image/png", base64.b64encode(PNG).decode()),
        Output("display", "image/png", base64.b64encode(b"GIF89a").decode()),
    )
    submission = graded("ada", result(outputs=outputs), data=notebook("print('<i>')"))
    page = page_of(auth, submission, "/notebook").text
    assert "print(&#39;&lt;i&gt;&#39;)" in page
    assert "hello &lt;b&gt;there&lt;/b&gt;" in page
    assert "<td>7</td>" in page
    assert "<script>alert" not in page
    assert "onerror" not in page
    assert "<svg" not in page
    assert f"/submissions/{submission.id}/pictures/0/3" in page
    assert "/pictures/0/4" not in page


def test_a_plot_is_served_as_the_picture_it_is(auth, graded):
    submission = graded("ada")
    response = page_of(auth, submission, "/pictures/0/0")
    assert (response.mimetype, response.data) == ("image/png", PNG)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert page_of(auth, submission, "/pictures/0/9").status_code == 404
    assert page_of(auth, submission, "/pictures/5/0").status_code == 404


def test_a_picture_that_is_none_is_not_served(auth, graded):
    html = base64.b64encode(b"<script>alert(1)</script>").decode()
    outputs = (Output("display", "image/png", html), Output("stdout", "text/plain", "x"))
    submission = graded("ada", result(outputs=outputs))
    assert page_of(auth, submission, "/pictures/0/0").status_code == 404
    assert page_of(auth, submission, "/pictures/0/1").status_code == 404


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<img src=x onerror=x>",
        "<a href='javascript:x'>a</a>",
        "<iframe srcdoc='x'></iframe>",
        "<form action='https://x.example'><input name=password></form>",
        "<div style='position:fixed' id=x class=y onclick=x>a</div>",
        "<svg><script>x</script></svg>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=x>",
        "<style>*{display:none}</style>",
        "<meta http-equiv=refresh content='0;url=https://x.example'>",
        "<base href='https://x.example'>",
        "<table><td background='https://x.example'>a",
    ],
)
def test_sanitised_html_has_only_structure(html):
    clean = markdown.sanitised(html)
    for part in ("script", "on", "javascript", "style", "form", "iframe", "img", "http", "class="):
        assert part not in clean.replace("noopener", ""), clean


def test_links_in_html_stay_but_tell_nothing():
    clean = markdown.sanitised("<a href='https://pytorch.org' target=_blank>docs</a>")
    assert clean == '<a href="https://pytorch.org" rel="noopener noreferrer nofollow">docs</a>'


def test_markdown_headings_stay_below_the_pages_own():
    assert markdown.markdown("## A\n\n###### B") == "<h3>A</h3>\n<h4>B</h4>\n"
    assert markdown.markdown_cell("# A\n\n## B") == "<h2>A</h2>\n<h3>B</h3>\n"


def test_a_wide_table_scrolls_where_the_keyboard_reaches_it():
    shown = markdown.markdown("| a | b |\n|---|---|\n| 1 | `<table>` |")
    assert shown.startswith('<div class="scrolls" role="region" aria-label="Table" tabindex="0">')
    assert shown.count("<div") == shown.count("</div>") == 1
    assert "&lt;table&gt;" in shown


def test_hints_of_a_notebook_fold_and_other_raw_html_is_sanitised():
    cell = (
        "<details onclick=x><summary>Hint</summary>\n\nUse *both*.\n\n</details><script>y</script>"
    )
    html = markdown.markdown_cell(cell)
    assert "<details><summary>Hint</summary>" in html
    assert "<em>both</em>" in html
    assert "onclick" not in html
    assert "y" not in html.replace("summary", "")
    assert "<details>" not in markdown.markdown(cell)


def test_code_in_a_message_is_set_as_code_and_the_rest_escaped():
    assert markdown.inline_code("`f(x)` < <b>") == "<code>f(x)</code> &lt; &lt;b&gt;"


def test_all_attempts_are_listed_beside_a_result(auth, graded):
    first, second = graded("ada"), graded("ada")
    page = page_of(auth, second).text
    assert f"/courses/dl/submissions/{first.id}" in page
    assert "Attempt 2" in page


def test_a_result_parses_its_notebook_once(auth, graded, monkeypatch):
    submission = graded("ada", data=notebook("x", answer="**Answer (why):** so"))
    ada = auth.login("ada")
    parse, seen = parsing.parse_notebook, []
    monkeypatch.setattr(parsing, "parse_notebook", lambda data: seen.append(data) or parse(data))
    assert "so" in ada.get(f"/courses/dl/submissions/{submission.id}").text
    assert len(seen) == 1
