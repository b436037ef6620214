"""The OpenAPI 3.1 description, made from the routes and the types that they answer with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from flask import Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from webapp.api import blueprint, schemas
from webapp.api.operations import SITE_PATH, File, Operation
from webapp.site.addresses import LARGEST_ROW

SCOPES = {
    "submit": "hand in, and follow one's own work",
    "read": "read whatever one's role may read",
    "grade": "mark, give time, regrade, compare and steer the queue, as one's role may",
    "manage": "change a course's people, settings and assignments, bring work in and show results, "
    "as one's role may",
    "administer": "look after the site: make courses, and say who may, as one's role may",
}
_ERRORS = {
    400: "The request is not readable, or carries a session's cookies",
    401: "There is no valid token",
    403: "The token lacks the scope, or its owner the role",
    404: "There is no such thing in a course of one's own",
    409: "It is not possible now",
    413: "The file is too large",
    415: "The body is not JSON",
    422: "A value does not fit",
    429: "Too many files at once",
    503: "The database cannot be reached",
}
_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The document, open to everybody: it says nothing of any course."""
    return jsonify(openapi_document(current_app))


def openapi_document(app: Flask) -> dict[str, Any]:
    """The description of every operation of the application."""
    paths: dict[str, dict[str, Any]] = {}
    types: set[type] = {schemas.Error}
    for rule, found in operations(app):
        types |= {kind for kind in found.answers.values() if not isinstance(kind, File)}
        types |= {found.body} if found.body else set()
        path = _PARAMETER.sub(r"{\2}", rule.rule)
        paths.setdefault(path, {})[found.method.lower()] = _described(rule, found)
    ordered = tuple(sorted(types, key=lambda kind: kind.__name__))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heldout",
            "version": metadata.version("heldout"),
            "description": "Hand in notebooks, read results, and run a course by program.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.schema_of(ordered),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of “Your account”, with the scopes it was made with: "
                    + "; ".join(f"`{name}`: {text}" for name, text in SCOPES.items()),
                }
            },
        },
    }


def operations(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """Every operation with its route, by path."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        found = getattr(app.view_functions[rule.endpoint], "operation", None)
        if isinstance(found, Operation):
            yield rule, found


def _described(rule: Rule, found: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api."),
        "summary": found.summary,
        "description": f"Scope: {' or '.join(f'`{scope}`' for scope in found.scopes)}.",
        "tags": [_tag(rule.rule)],
        "security": [{"token": []}],
        "parameters": [*_path_parameters(rule), *_query_parameters(found)],
        "responses": _responses(rule, found),
    }
    if found.body is not None:
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{found.body.__name__}"}
        content: dict[str, Any] = {"application/json": {"schema": schema}}
        described["requestBody"] = {"required": True, "content": content}
    elif found.file:
        file: dict[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
        form: dict[str, Any] = {
            "type": "object",
            "properties": {found.file: file},
            "required": [found.file],
        }
        content = {"multipart/form-data": {"schema": form}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _tag(path: str) -> str:
    if f"{SITE_PATH}/" in path:
        return "site"
    return "staff" if "/staff/" in path else "student"


def _path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for kind, name in _PARAMETER.findall(rule.rule):
        schema: dict[str, Any] = {"type": "string"}
        if kind == "int":
            schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ROW}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(found: Operation) -> Iterator[dict[str, Any]]:
    if found.query is None:
        return
    described: Any = schemas.schema_of((found.query,))[found.query.__name__]
    for name, schema in described["properties"].items():
        required = name in described.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": schema}


def _responses(rule: Rule, found: Operation) -> dict[str, Any]:
    codes = {400, 401, 403, 503, *found.errors}
    codes |= {404} if rule.arguments else set()
    # Nothing in an archived course changes.
    codes |= {409} if "slug" in rule.arguments and found.method != "GET" else set()
    codes |= {422} if found.query or found.body else set()
    codes |= {415} if found.body else set()
    codes |= {413, 429} if found.file else set()
    answers = {str(code): _answer(kind, "Done") for code, kind in found.answers.items()}
    errors = {str(code): _answer(schemas.Error, _ERRORS[code]) for code in sorted(codes)}
    return answers | errors


def _answer(kind: type | File, description: str) -> dict[str, Any]:
    if isinstance(kind, File):
        # OpenAPI 3.1 describes what is no JSON of ours by its kind alone.
        return {"description": "The file", "content": {kind.mimetype: {"schema": {}}}}
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
