"""What a command does in its own words, read from its source: the list of commands runs none."""

from __future__ import annotations

import ast
import functools
from importlib.util import find_spec
from pathlib import Path

# What a decorator may say in place of the docstring.
_INSTEAD = {"help", "short_help", "hidden", "deprecated"}


def docstring_of(target: str) -> str | None:
    """The docstring of the command at `package.module:function`.

    None where only importing it can tell: it is no plain function there, or says it otherwise.
    """
    module, _, name = target.partition(":")
    node = _functions(module).get(name)
    if node is None:
        return None
    makers = [each for each in node.decorator_list if isinstance(each, ast.Call) and _makes(each)]
    said = {keyword.arg for maker in makers for keyword in maker.keywords}
    return None if said & _INSTEAD else ast.get_docstring(node)


@functools.cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    """The functions of a module by name, parsed once for all its commands."""
    path = _source(module)
    body = [] if path is None else ast.parse(path.read_bytes()).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _makes(decorator: ast.Call) -> bool:
    """Whether the decorator makes the command, and is none of its options."""
    made_by = decorator.func
    return isinstance(made_by, ast.Attribute) and made_by.attr in ("command", "group")


def _source(module: str) -> Path | None:
    """The file of a module, whose packages are not imported to find it."""
    package, *rest = module.split(".")
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        place = Path(folder, *rest)
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
    return None
