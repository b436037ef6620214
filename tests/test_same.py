"""A recording leaves out what changes by itself, keeps what is read, and a change is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.same.compare import differences, summary
from tests.same.crawl import kind_of
from tests.same.normal import normal, without_figures
from tests.same.page_text import Form, read_page
from tests.same.schema import parts_of

PAGE = """<title>Scores</title><script>let unseen</script><h1>Two   words</h1>
<p>A <a href="/staff">link</a>, and <b>more</b>.</p><p hidden>Kept too</p>
<form action="/send" method="post"><input type="hidden" name="csrf_token" value="abc">
<label for="why">Why</label><textarea id="why" name="reason">
two
lines</textarea><input type="checkbox" name="off" value="y">
<select name="mark"><option value="1">one</option><option value="2" selected>two</option></select>
<input type="file" name="notebook"><button name="do" value="go">Go</button></form>"""


def test_a_page_is_read_as_people_read_it() -> None:
    page = read_page(PAGE)
    assert page.lines[:4] == [
        "title: Scores",
        "# Two words",
        "A <a to /staff> link, and more.",
        "Kept too",
    ]
    assert "let unseen" not in "".join(page.lines)
    assert page.links == {"/staff"}


def test_a_form_is_sent_as_a_browser_would() -> None:
    fields = [("csrf_token", "abc"), ("reason", "two\nlines"), ("mark", "2"), ("do", "go")]
    assert read_page(PAGE).forms == [Form("post", "/send", "", fields, ["notebook"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<input name='csrf_token' value='aa'>", "<input name='csrf_token' value='bb'>"),
        (f"/welcome/{'a' * 40}", f"/welcome/{'b' * 40}"),
        ("http://127.0.0.1:8000/api", "http://127.0.0.1:9000/api"),
        (f"token heldout_{'a' * 43}.", f"token heldout_{'b' * 43}."),
    ],
)
def test_what_each_run_draws_anew_is_no_difference(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_what_is_read_is_a_difference() -> None:
    for text in ("3 of 20 points", "/welcome/used", "in 2 days", "port 8000", "heldout_submit.py"):
        assert normal(text) == text


def test_metrics_are_compared_by_name() -> None:
    assert without_figures("jobs 3\nlate 1.5e-05\n") == "jobs (figure)\nlate (figure)"
    assert without_figures('jobs{lane="a"} 3') != without_figures('jobs{lane="b"} 3')


def test_addresses_of_one_kind_differ_in_numbers_and_in_what_they_ask_for() -> None:
    assert kind_of("/submissions/3/file?page=2") == kind_of("/submissions/14/file?page=7")
    assert kind_of("/submissions/3") != kind_of("/submissions/3/file")
    assert kind_of("/staff?page=2") != kind_of("/staff?search=2")


def test_a_rebuilt_table_has_the_schema_it_had() -> None:
    added = "CREATE TABLE jobs (id INTEGER, kind VARCHAR(20) DEFAULT 'a, (b', CHECK (id > 0))"
    rebuilt = (
        'CREATE TABLE "jobs"(\n"kind" VARCHAR(20) DEFAULT \'a, (b\',\nCHECK(id > 0), id INTEGER)'
    )
    assert parts_of(added) == parts_of(rebuilt)
    assert parts_of(added) != parts_of(added.replace("20", "30"))


def test_a_changed_word_a_new_page_and_a_lost_page_are_told(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, word, page in ((before, "kept", "lost"), (after, "changed", "new")):
        (folder / "pages").mkdir(parents=True)
        (folder / "pages" / "same.txt").write_text("the same\n")
        (folder / "pages" / "home.txt").write_text(f"a word that is {word}\n")
        (folder / "pages" / f"{page}.txt").write_text("a page\n")
    told = list(differences(before, after))
    assert {"-a word that is kept", "+a word that is changed"} <= set(told)
    assert {"only before: pages/lost.txt", "only after: pages/new.txt"} <= set(told)
    assert not any("same.txt" in line for line in told)
    assert summary(told) == "1 files differ, 1 are only before, 1 only after."
    assert list(differences(before, before)) == []
