"""What goes in and comes out: the queue, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.models import JobState, Lane


class QueuedJob(Struct, frozen=True):
    """One job; a dead one waits for staff, and `error` says why."""

    submission: int
    assignment: str
    lane: Lane
    queue: str
    state: JobState
    faults: int
    error: str


class WorkerInfo(Struct, frozen=True):
    """A worker that was heard of lately; `versions` is the grader's by assignment of the course."""

    host: str
    slots: int
    queues: list[str]
    draining: bool
    versions: dict[str, str]


class Queue(Struct, frozen=True):
    """What waits, runs or is dead in a course, and who works on it.

    `mixed` has a sentence for each worker that grades with something else than the site.
    """

    paused: bool
    jobs: list[QueuedJob]
    workers: list[WorkerInfo]
    mixed: list[str]


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether grading is to be paused: what runs is finished, and nothing more is taken."""

    paused: bool
