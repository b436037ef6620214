"""One operation of the API: its route, the scopes that open it, what goes in and what comes out.

The decorator checks the token's scope, reads query and body into their types and writes the answer;
the OpenAPI document is made from the same record, so the two cannot differ.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Response, abort, g, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.api import blueprint
from webapp.site.addresses import refuse_nul_sent
from webapp.site.guarding import opened

# The rows of one page of a list, where an operation does not say otherwise.
PAGE_ROWS = 100
# Where what only staff may do begins.
STAFF_PATH = "/courses/<slug>/staff"
# Where what concerns the whole site begins, for its administrators and who may create courses.
SITE_PATH = "/administration"
# A token that hands in may follow its own work.
OWN_WORK = ("read", "submit")

_JSON = "application/json"


@dataclass(frozen=True)
class File:
    """An answer that is no JSON of ours but a file to save, of this kind."""

    mimetype: str


Answers = Mapping[int, type[msgspec.Struct] | File]


@dataclass(frozen=True)
class Operation:
    """What the document says of a route; `answers` are those by status that are no errors."""

    method: str
    summary: str
    scopes: tuple[str, ...]
    answers: Answers
    query: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    file: str
    errors: tuple[int, ...]


def operation(
    method: str,
    path: str,
    *,
    summary: str,
    scopes: tuple[str, ...],
    answers: Answers,
    query: type[msgspec.Struct] | None = None,
    body: type[msgspec.Struct] | None = None,
    file: str = "",
    errors: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view an operation: it gets `query` and `body` as their types and returns an answer.

    Any one of the scopes opens it. `file` names the form's file of an upload. A file is answered as
    the view made it.
    """
    record = Operation(method, summary, scopes, answers, query, body, file, errors)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def answered(**arguments: Any) -> AnyResponse:
            if not g.token_scopes.intersection(scopes):
                abort(
                    403, f"The token lacks the scope {' or '.join(scopes)}: make one that has it."
                )
            # Who may not come in learns nothing of what is wrong with what they sent.
            inner, first = opened(view, arguments)
            refuse_nul_sent()
            if query is not None:
                arguments["query"] = _query(query)
            if body is not None:
                arguments["body"] = _body(body)
            found = inner(*first, **arguments)
            if isinstance(found, AnyResponse):
                return found
            answer, status = found if isinstance(found, tuple) else (found, 200)
            return Response(msgspec.json.encode(answer), status, mimetype=_JSON)

        answered.operation = record  # type: ignore[attr-defined]
        return blueprint.route(path, methods=[method])(answered)

    return decorate


def _query(kind: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(request.args.to_dict(), kind, strict=False)
    except msgspec.ValidationError as error:
        abort(422, f"The query does not fit: {error}.")


def _body(kind: type[msgspec.Struct]) -> msgspec.Struct:
    if request.mimetype != _JSON:
        abort(415)
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.ValidationError as error:
        abort(422, f"The body does not fit: {error}.")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        abort(400, f"The body is not JSON: {error}.")
