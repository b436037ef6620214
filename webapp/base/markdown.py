"""Making text from students safe to show: Markdown, HTML outputs, pictures.

Everything a student wrote is escaped by the templates unless it went through here.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from autograder.results import CellOutput, Output
from webapp.base import bounds, formulas

_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_TEXT_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "s", "u"),
    *("ul", "ol", "li", "blockquote", "pre", "code", "a", "sub", "sup", "span", "div"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "details", "summary"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
# Nothing is left of a table's own attributes by the time it is put between these.
_SCROLLING = {
    "<table>": '<div class="scrolls" role="region" aria-label="Table" tabindex="0"><table>',
    "</table>": "</table></div>",
}

_BACKTICKS = re.compile(r"`([^`\n]+)`")


@functools.cache
def _parser(html: bool, with_formulas: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "linkify": False})
    bounds.enable_tables(parser)
    return formulas.enable(parser) if with_formulas else parser


def _parser_for(text: str, html: bool = False) -> MarkdownIt:
    return _parser(html, formulas.may_hold_formulas(text))


def markdown(text: str, top: int = 3) -> Markup:
    """Markdown as sanitised HTML; raw HTML in it is shown as text, pictures are left out.

    Its highest heading becomes `h{top}`, the next one lower and so on without gaps, so that they
    fit below the page's own.
    """
    html = fitting(text, top)
    return as_written(text) if html is None else html


def fitting(text: str, top: int) -> Markup | None:
    """The same; None where it would be too large, before anything so large is made."""
    parser = _parser_for(text)
    tokens = parser.parse(text)
    if not bounds.fits(tokens):
        return None
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(top + levels.index(token.tag), 6)}"
    return _shown(parser.renderer.render(tokens, parser.options, {}))


def parsed(text: str) -> list[Token]:
    """Markdown as its parts, read as `markdown` does."""
    return _parser_for(text).parse(text)


def markdown_cell(text: str) -> Markup:
    """A notebook's Markdown cell; its headings go one level down, alike in every cell.

    Assignments fold their hints with raw HTML, so that HTML counts here and is sanitised.
    """
    parser = _parser_for(text, html=True)
    tokens = parser.parse(text)
    if not bounds.fits(tokens):
        return as_written(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return _shown(parser.renderer.render(tokens, parser.options, {}))


def inline_code(text: str) -> Markup:
    """Plain text with what stands between backticks set as code."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def as_written(text: str, *, cut: bool = False) -> Markup:
    """A text that is not set; `cut` where it goes on."""
    return Markup("<pre>{}{}</pre>").format(
        text, "\n… cut here: the file has all of it." if cut else ""
    )


def sanitised(html: str) -> Markup:
    """HTML with only structure and formulas left: no script, style, picture, form, id, class.

    Where tags lie too deep in one another, it is shown as it was written.
    """
    if bounds.nested_too_deeply(html):
        return as_written(html)
    clean = nh3.clean(
        html,
        tags=_TEXT_TAGS | formulas.TAGS,
        clean_content_tags={"script", "style", "template", "iframe", "object"},
        attributes=_ATTRIBUTES | formulas.ATTRIBUTES,
        attribute_filter=formulas.attribute_value,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


def _shown(html: str) -> Markup:
    """Sanitised, and what is wide scrolls by itself where the keyboard reaches it."""
    clean = str(sanitised(html))
    for bare, ours in _SCROLLING.items():
        clean = clean.replace(bare, ours)
    return Markup(clean)  # noqa: S704 - sanitised, and put between texts of ours


@dataclass(frozen=True)
class Piece:
    """One output as a page shows it; `kind` is `text`, `error`, `html`, `picture` or `note`."""

    kind: str
    text: str = ""
    html: Markup | None = None
    position: int = 0
    truncated: bool = False


def pieces(cell: CellOutput) -> list[Piece]:
    """What a cell put out, in order, and the traceback it ended with."""
    shown = [_piece(position, output) for position, output in enumerate(cell.outputs)]
    if cell.error:
        shown.append(Piece("error", cell.error))
    return shown


def _piece(position: int, output: Output) -> Piece:
    cut = output.truncated
    if output.mime in _SIGNATURES:
        if picture_bytes(output) is None:
            return Piece("note", "A picture that could not be read.")
        return Piece("picture", position=position)
    if output.mime == "image/svg+xml":
        return Piece("note", "An SVG picture: not shown here, because it may carry scripts.")
    if output.mime == "text/html":
        return Piece("html", html=_shown(output.text), truncated=cut)
    if output.mime == "text/markdown":
        return Piece("html", html=markdown(output.text), truncated=cut)
    return Piece("error" if output.kind == "stderr" else "text", output.text, truncated=cut)


def picture_kind(data: bytes) -> str:
    """The MIME type of a picture that `picture_bytes` gave."""
    return next((mime for mime, begin in _SIGNATURES.items() if data.startswith(begin)), "")


def picture_bytes(output: Output) -> bytes | None:
    """A PNG's or JPEG's bytes when they really are one."""
    signature = _SIGNATURES.get(output.mime)
    if signature is None:
        return None
    try:
        data = base64.b64decode("".join(output.text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith(signature) else None
