"""Figures for Prometheus: what this web process answered, and what the database says of grading.

Grading is read from the database at each scrape, so that the figures cover every worker on every
machine, wherever they are asked for, and no worker needs a port of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy.orm import Session

from webapp.base.database import moment_of
from webapp.models import CourseAssignment, Job, JobState, Result, Submission

# The server sets it for what comes through the data folder's socket; no header has such a name.
OWN_SOCKET = "heldout.own_socket"
_REGISTRY = CollectorRegistry()
_REQUESTS = Histogram(
    "heldout_request_seconds",
    "Time to answer a request, by page.",
    ("endpoint", "method", "status"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10),
    registry=_REGISTRY,
)
_UPLOADS = Counter(
    "heldout_uploads", "Files handed in, by what became of them.", ("outcome",), registry=_REGISTRY
)
_BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_UPLOAD_ENDPOINTS = ("submissions.submit", "api.submit")


def answered(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request that this process has answered."""
    _REQUESTS.labels(endpoint, method, str(status)).observe(seconds)
    if endpoint in _UPLOAD_ENDPOINTS and method == "POST":
        _UPLOADS.labels("taken" if status < 400 else "refused").inc()


def exposition(session: Session) -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Grading(session))
    return generate_latest(_REGISTRY) + generate_latest(registry)


class _Grading:
    """What the database says at the time of the scrape."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        yield from self._queue()
        yield self._results()
        yield self._seconds()

    def describe(self) -> list[Metric]:
        """Nothing is known before the database is asked."""
        return []

    def _queue(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily(
            "heldout_jobs", "Jobs that are not done.", labels=("lane", "queue", "state")
        )
        age = GaugeMetricFamily(
            "heldout_job_age_seconds", "Age of the oldest waiting job.", labels=("lane", "queue")
        )
        moment = moment_of(self._session)
        for row in self._session.execute(
            sa.select(
                Job.lane,
                Job.queue,
                Job.state,
                sa.func.count().label("jobs"),
                sa.func.min(Job.created_at).label("oldest"),
            )
            .where(Job.state.in_((JobState.QUEUED, JobState.RUNNING, JobState.DEAD)))
            .group_by(Job.lane, Job.queue, Job.state)
        ):
            depth.add_metric((row.lane, row.queue, row.state), row.jobs)
            if row.state == JobState.QUEUED:
                seconds = (moment - row.oldest).total_seconds()
                age.add_metric((row.lane, row.queue), max(0.0, seconds))
        yield depth
        yield age

    def _results(self) -> Metric:
        family = GaugeMetricFamily(
            "heldout_results", "Stored results.", labels=("assignment", "status")
        )
        counted = sa.func.count().label("results")
        for row in self._by_assignment(Result.status, counted, group=(Result.status,)):
            family.add_metric((row.assignment, row.status), row.results)
        return family

    def _seconds(self) -> Metric:
        """A histogram of grading seconds by assignment, over all stored results."""
        family = HistogramMetricFamily(
            "heldout_grading_seconds", "Time to grade a notebook.", labels=("assignment",)
        )
        below = [
            sa.func.sum(sa.case((Result.seconds <= bound, 1), else_=0)).label(f"below_{index}")
            for index, bound in enumerate(_BOUNDS)
        ]
        total = sa.func.sum(Result.seconds).label("total")
        for row in self._by_assignment(sa.func.count().label("results"), total, *below):
            counts = [getattr(row, f"below_{index}") for index in range(len(_BOUNDS))]
            buckets = [(str(bound), n) for bound, n in zip(_BOUNDS, counts, strict=True)]
            family.add_metric((row.assignment,), [*buckets, ("+Inf", row.results)], row.total)
        return family

    def _by_assignment(self, *columns: Any, group: tuple[Any, ...] = ()) -> Sequence[Any]:
        statement = (
            sa.select(CourseAssignment.assignment, *columns)
            .select_from(Result)
            .join(Submission, Result.submission_id == Submission.id)
            .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
            .group_by(CourseAssignment.assignment, *group)
        )
        return self._session.execute(statement).all()
