"""How far a submission has come, shown while it is being graded."""

from __future__ import annotations

import logging
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.queue import jobs

log = logging.getLogger("heldout.worker")

_PROGRESS_SECONDS = 0.3


class Progress:
    """Writes how far a submission has come into its job, but not more than a few times a second."""

    def __init__(self, engine: sa.Engine, claim: jobs.Claim) -> None:
        self._engine = engine
        self._claim = claim
        self._began = time.monotonic()
        self._next = self._began + _PROGRESS_SECONDS
        self._questions: dict[str, dict[str, Any]] = {}

    def __call__(self, event: dict[str, Any]) -> None:
        """Called by the grader from its own thread; a database in trouble stops no grading.

        A question's result is written as soon as it is there, unless all is over in a moment: it
        must not wait behind a slow question. Meanwhile the checker goes on with the next one; after
        the last the whole result follows at once.
        """
        arrived = "question" in event
        if arrived:
            self._questions[event["question"]["name"]] = event["question"]
        moment = time.monotonic()
        if moment < (self._began + _PROGRESS_SECONDS if arrived else self._next):
            return
        if arrived and event.get("done") == event.get("total"):
            return
        self._next = moment + _PROGRESS_SECONDS
        shown: dict[str, Any] = {
            key: event[key] for key in ("stage", "done", "total") if key in event
        }
        shown["questions"] = [
            {key: question[key] for key in ("name", "score", "max_score", "verdict")}
            for question in self._questions.values()
        ]
        try:
            with Session(self._engine) as session:
                jobs.note_progress(session, self._claim, shown)
        except DBAPIError as error:
            log.warning("progress could not be shown: %s", error.orig)
