"""Rosters on the pages, as an instructor takes one in: the file, a look at it, the one click."""

import html
import io
import re

PAGE = "staff/people/roster"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def upload(visitor, data, name="roster.csv"):
    data = data.encode() if isinstance(data, str) else data
    files = {"roster": (io.BytesIO(data), name)}
    return visitor.post(visitor.course(PAGE), files)


def look(visitor, query=""):
    return visitor.get(visitor.course(PAGE) + query)


def fields(page):
    """The hidden fields of the form that takes the roster in."""
    form = page[page.index("/roster/take") :]
    form = form[: form.index("</form>")]
    found = {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}
    return {name: value for name, value in found.items() if name != "csrf_token"}


def take(visitor, query="", **more):
    return visitor.post(
        visitor.course(f"{PAGE}/take"), {**fields(look(visitor, query).text), **more}
    )


def import_roster(visitor, data, **more):
    answer = upload(visitor, data)
    assert answer.status_code == 303, answer.text
    return take(visitor, **more)
