"""A checker process as the pool sees it: a job in, results out, ended from here when it hangs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from autograder.assignment import Assignment
from autograder.grading import protocol
from autograder.grading.protocol import Job, Reply
from autograder.grading.version import grader_version
from autograder.receipt import ONE_THREAD

_SLACK_SECONDS = 120.0
_START_SECONDS = 120.0
Progress = Callable[[dict[str, object]], None]


class CheckerError(Exception):
    """A checker process could not start or did not answer: a fault of ours, in one sentence."""


class CheckerProcess:
    """One checker process for one assignment, as the pool sees it; `graded` counts its jobs."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.version = grader_version(assignment)
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "autograder.grading.checker", str(assignment.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
                # Ctrl-C reaches the pool alone: a checker would take it for a fault of ours.
                start_new_session=True,
            )
        except OSError as error:
            raise CheckerError(f"no checker process can be started: {error.strerror}") from None
        self.graded = 0
        self._ready = False

    def results_of(self, job: Job, on_progress: Progress | None) -> Reply:
        """The reply with a job's results; raises CheckerError when the process fails or hangs."""
        limit = (self.assignment.limits.total_seconds * 2 + _SLACK_SECONDS) * len(job.seeds)
        # A checker that hangs is ended from here; reading then meets the end of the pipe.
        watchdog = threading.Timer(limit + _START_SECONDS * (not self._ready), self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            if not self._ready:
                self._receive()
                self._ready = True
            assert self._process.stdin is not None
            protocol.send(self._process.stdin, job)
            while not (reply := self._receive()).results:
                if on_progress is not None and reply.progress is not None:
                    on_progress(reply.progress)
            self.graded += 1
            return reply
        except (EOFError, BrokenPipeError):
            self.close()
            status = self._process.returncode
            raise CheckerError(f"the checker process ended with status {status}") from None
        finally:
            watchdog.cancel()

    def _receive(self) -> Reply:
        assert self._process.stdout is not None
        reply = protocol.receive_reply(self._process.stdout)
        if reply.fatal:
            raise CheckerError(reply.fatal)
        return reply

    def kill(self) -> None:
        """End it at once; whoever waits for its answer meets the end of the pipe."""
        self._process.kill()

    def close(self) -> None:
        """End it, and its sandbox with it."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, **ONE_THREAD, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
