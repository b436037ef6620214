"""Error pages: what happened and what to do next, in words."""

from __future__ import annotations

import errno
import math
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, NotFound

from webapp.base.clock import in_words, now
from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.base.database import Missing, db
from webapp.models import CourseArchived
from webapp.signing_in.trying import SlowDown
from webapp.site.sign_in import UPLOAD_ENDPOINTS


@dataclass(frozen=True)
class Explanation:
    """A title and a paragraph for one kind of error."""

    title: str
    text: str


_EXPLANATIONS = {
    400: Explanation(
        "That did not arrive whole",
        "Your browser sent something we could not read. Go back, reload the page and try again.",
    ),
    401: Explanation(
        "Please sign in again", "Your session has ended. Sign in, then come back to this page."
    ),
    403: Explanation(
        "This page is for someone else",
        "Your role in this course does not open it. If you think it should, ask your instructor.",
    ),
    404: Explanation(
        "There is nothing here",
        "The address may be mistyped, or it belongs to a course you are not enrolled in.",
    ),
    405: Explanation("That cannot be done here", "Go back to the page before and use its buttons."),
    413: Explanation(
        "That file is too large",
        f"A notebook may have up to {MAX_UPLOAD_BYTES // 2**20} MB. Clear its outputs (in Jupyter: "
        "Kernel, Restart and Clear Outputs), save it, and submit it again: your outputs are made "
        "anew when we run it.",
    ),
    429: Explanation("Too much at once", "Wait a minute, then try again."),
    500: Explanation(
        "Something broke on our side",
        "It is our fault, not yours, and it has been logged. Nothing you had submitted is lost. "
        "Try again in a moment.",
    ),
}
_TOO_MANY_FILES = Explanation(
    "Many files at once",
    "Your account has handed in more files than we take at a time, so this one was not kept: wait "
    "a minute, then submit it again.",
)


_UNAVAILABLE = Explanation(
    "We cannot reach our records",
    "It is our fault, not yours, and it has been logged. What you just sent was not kept: wait a "
    "minute, then send it again. Nothing you had submitted before is lost.",
)
_RETRY_AFTER_SECONDS = "30"
_FULL = {errno.ENOSPC, errno.EDQUOT}


def init_app(app: Flask) -> None:
    """Show every error as a page of ours."""
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(OSError, _full_disk)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(Missing, _missing)
    app.register_error_handler(CourseArchived, _archived)
    app.register_error_handler(SlowDown, _slow_down)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(500, _explain)


def _expired_form(_error: CSRFError) -> tuple[str, int]:
    text = "The form on the page was too old to be sure it was you. Go back, reload and try again."
    return _page(400, Explanation("That form has expired", text))


def _missing(_error: Missing) -> tuple[str | Response, int] | HTTPException:
    """As an address that leads nowhere."""
    return _explain(NotFound())


def _slow_down(error: SlowDown) -> Response:
    """The same for an account that is there and for one that is not."""
    seconds, at = math.ceil(error.seconds), now()
    if error.busy:
        title, text = "Many are signing in", "So many sign in at this moment that you would wait."
        text = f"{text} Try again in a few seconds."
    else:
        title = "Too many tries"
        text = (
            "To keep accounts safe, failed tries are followed by a pause, which grows with each. "
            f"The next try may be made {in_words(at + timedelta(seconds=seconds), at)}. Your "
            "password has not changed. What others try does not hold you up in a browser in "
            "which you signed in before, nor in one in which you set a new password by a link."
        )
    code = 503 if error.busy else 429
    if request.is_json:
        response = jsonify(error=text)
    else:
        response = make_response(_page(code, Explanation(title, text))[0])
    response.status_code = code
    response.headers["Retry-After"] = str(seconds)
    return response


def _archived(error: CourseArchived) -> tuple[str | Response, int]:
    if request.path.startswith("/api/"):
        return jsonify(error=str(error)), 409
    return _page(409, Explanation("This course is archived", f"{error} Nothing was changed."))


def _explain(error: HTTPException) -> tuple[str | Response, int] | HTTPException:
    code = error.code or 500
    if 300 <= code < 400:
        return error
    if code == 500:
        db.session.rollback()
    if request.path.startswith("/api/"):
        return jsonify(error=_sentence(error, code)), code
    known = _EXPLANATIONS.get(code)
    if code == 429 and request.endpoint in UPLOAD_ENDPOINTS:
        known = _TOO_MANY_FILES
    return _page(code, known or Explanation(error.name, "Go back and try again."))


def _full_disk(error: OSError) -> Response:
    """A full disk, met by a file and not by the database; any other such error is ours."""
    if error.errno not in _FULL:
        raise error
    return _unavailable(error)


def _unavailable(error: Exception) -> Response:
    """The database is down, its disk is full or it was locked for long."""
    current_app.logger.error("what was sent could not be kept", exc_info=error)
    db.session.rollback()
    if request.path.startswith("/api/"):
        response = jsonify(error=_UNAVAILABLE.text)
    else:
        # Not render_template, whose context holds the user, for whom the database would be asked.
        name = "fragment" if request.headers.get("HX-Request") else "unavailable"
        template = current_app.jinja_env.get_template(f"site/errors/{name}.html")
        response = make_response(template.render(explanation=_UNAVAILABLE))
    response.status_code = 503
    response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def _sentence(error: HTTPException, code: int) -> str:
    """What a program gets: the sentence of whoever refused, or the page's."""
    own = error.description if error.description != type(error).description else None
    if own and code in (400, 401, 403, 409, 422):
        return own
    known = _TOO_MANY_FILES if code == 429 else _EXPLANATIONS.get(code)
    return known.text if known else f"{error.name}."


def _page(code: int, explanation: Explanation) -> tuple[str, int]:
    template = (
        "site/errors/fragment.html"
        if request.headers.get("HX-Request")
        else "site/errors/page.html"
    )
    return render_template(template, code=code, explanation=explanation), code
