"""The web service of Heldout: `create_app` builds it from its settings.

Nothing is imported until it is called, so that a command which needs no service starts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.base.config import Settings
    from webapp.grading.library import GraderLibrary


def create_app(
    settings: Settings | None = None,
    *,
    library: GraderLibrary | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Flask:
    """The application; settings come from the environment unless given.

    `library` is what the service borrows from the grader (tests give their own), `overrides` are
    Flask settings that win over ours.
    """
    from webapp.application import build
    from webapp.base.config import Settings

    return build(settings or Settings.from_environment(), library=library, overrides=overrides)
