"""What the service borrows from the grader, imported only when a request needs it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from webapp.grading.conditions import Conditions, current_conditions
from webapp.site.uploads import FileRefused

if TYPE_CHECKING:
    from autograder.submitted.notebook import Notebook

log = logging.getLogger("heldout.web")


@dataclass(frozen=True)
class Slide:
    """A PDF as the sandbox saw it: its pages and a picture of the first."""

    pages: int
    thumbnail_png: bytes


def _parse_notebook(data: bytes) -> Notebook:
    from autograder.submitted.notebook import NotebookRejected, parse_notebook

    try:
        return parse_notebook(data)
    except NotebookRejected as error:
        raise FileRefused(str(error)) from None


def _inspect_pdf(data: bytes) -> Slide:
    from autograder.sandbox.outside_pdf import PdfRejected, SandboxError, inspect_pdf

    try:
        info = inspect_pdf(data)
    except PdfRejected as error:
        raise FileRefused(str(error)) from None
    except SandboxError:
        log.exception("a PDF could not be looked at")
        raise FileRefused(
            "We could not look at the PDF just now, which is our fault: try again in a moment."
        ) from None
    return Slide(info.pages, info.thumbnail_png)


@dataclass(frozen=True)
class GraderLibrary:
    """What looks into uploads, raising FileRefused, and the conditions of grading now."""

    parse_notebook: Callable[[bytes], Notebook] = _parse_notebook
    inspect_pdf: Callable[[bytes], Slide] = _inspect_pdf
    conditions: Callable[[Session, str], Conditions] = current_conditions


def library() -> GraderLibrary:
    """The running application's library."""
    found = current_app.extensions["heldout"]
    assert isinstance(found, GraderLibrary)
    return found
