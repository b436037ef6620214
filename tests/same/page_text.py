"""The text of a page: what is read, where its links lead, and what its forms hold and send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
_UNSEEN = {"script", "style"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "img", "kbd", "label", "mark", "q"),
    *("s", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
}
# What a form's field says besides its name and value.
_FIELD_FACTS = (
    *("type", "name", "value", "checked", "selected", "disabled", "required", "readonly"),
    *("multiple", "min", "max", "step", "minlength", "maxlength", "pattern", "placeholder"),
    *("accept", "autocomplete", "rows", "formaction", "formmethod"),
)
_SAID_ALOUD = ("aria-label", "aria-current", "aria-invalid", "title", "alt", "colspan", "rowspan")
_LOADS = ("hx-get", "hx-post", "hx-trigger")


@dataclass
class Form:
    """A form as a browser would send it: its fields by name, in order."""

    method: str
    action: str
    kind: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass
class Page:
    """A page taken apart; `links` are what a browser would ask for by GET."""

    lines: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    forms: list[Form] = field(default_factory=list)


def read_page(html: str) -> Page:
    """Take a page apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._line: list[str] = []
        self._unseen = 0
        self._kept_lines = 0
        self._form: Form | None = None
        self._button_sent = False
        self._select = ""
        self._area: list[str] | None = None
        self._area_name = ""

    def end_line(self) -> None:
        text = re.sub(r"\s+", " ", "".join(self._line)).strip()
        if text:
            self.page.lines.append(text)
        self._line = []

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)
        if self._unseen:
            return
        first, *others = data.split("\n") if self._kept_lines else [data]
        self._line.append(first)
        for other in others:
            self.end_line()
            self._line.append(other)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self._unseen += tag in _UNSEEN
        self._kept_lines += tag in ("pre", "textarea")
        if tag not in _INLINE:
            self.end_line()
        self._say_tag(tag, facts)
        self._note_links(tag, facts)
        self._note_form(tag, facts)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self._kept_lines -= tag in ("pre", "textarea")
        if tag in ("td", "th"):
            self._line.append(" |")
        elif tag not in _INLINE:
            self.end_line()
        if tag == "form":
            self._form, self._button_sent = None, False
        elif tag == "textarea" and self._area is not None:
            if self._form is not None:
                self._form.fields.append((self._area_name, "".join(self._area).removeprefix("\n")))
            self._area = None

    def _say_tag(self, tag: str, facts: dict[str, str]) -> None:
        said = [f"{name}={facts[name]!r}" for name in (*_SAID_ALOUD, *_LOADS) if name in facts]
        if re.fullmatch(r"h[1-6]", tag):
            self._line.append("#" * int(tag[1]) + " ")
        elif tag in ("li", "dt", "dd", "caption", "summary", "tr", "title"):
            self._line.append(f"{tag}: ")
        elif tag == "th":
            self._line.append(" th: ")
        elif tag == "a" and "href" in facts:
            said.append(f"to {facts['href']}")
        elif tag == "time" and "datetime" in facts:
            said.append(f"at {facts['datetime']}")
        elif tag == "form":
            said += [facts.get("method", "get"), facts.get("action", ""), facts.get("enctype", "")]
        elif tag in ("input", "select", "textarea", "button", "option"):
            said += [f"{name}={facts[name]!r}" for name in _FIELD_FACTS if name in facts]
        if said:
            self._line.append(f" <{tag} {' '.join(filter(None, said))}> ")

    def _note_links(self, tag: str, facts: dict[str, str]) -> None:
        if tag == "link" or (tag in ("script", "img") and "src" in facts):
            self.page.parts.add(facts.get("href") or facts.get("src", ""))
        for name in ("href", "src", "hx-get"):
            if tag not in ("link", "script") and name in facts:
                self.page.links.add(facts[name])
        if tag == "form" and facts.get("method", "get").lower() == "get":
            self.page.links.add(facts.get("action", ""))

    def _note_form(self, tag: str, facts: dict[str, str]) -> None:
        if tag == "form":
            kind = facts.get("enctype", "")
            self._form = Form(facts.get("method", "get").lower(), facts.get("action", ""), kind)
            self.page.forms.append(self._form)
        if self._form is None:
            return
        name, kind = facts.get("name", ""), facts.get("type", "text")
        if tag == "input" and kind == "file":
            self._form.files.append(name)
        elif tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in facts):
            self._form.fields.append((name, facts.get("value", "on")))
        elif tag == "button" and not self._button_sent and kind != "button":
            self._button_sent = True
            if name:
                self._form.fields.append((name, facts.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._note_option(self._form, facts)
        elif tag == "textarea":
            self._area, self._area_name = [], name

    def _note_option(self, form: Form, facts: dict[str, str]) -> None:
        """The chosen option, or the first until one is chosen."""
        given = [name for name, _ in form.fields]
        if self._select not in given:
            form.fields.append((self._select, facts.get("value", "")))
        elif "selected" in facts:
            form.fields[given.index(self._select)] = (self._select, facts.get("value", ""))
