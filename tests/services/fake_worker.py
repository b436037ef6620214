"""A worker process whose grader only notes what it grades.

`python -m tests.services.fake_worker FOLDER SLOTS`

A notebook that says `wait` is not finished before the folder has a file `go`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.webapp.graders import StandInPool, result
from webapp.base.config import broker_url, database_url
from webapp.base.database import make_engine
from webapp.grading.celery_worker import consume
from webapp.grading.worker import Worker
from webapp.service.worker_process import _stopped_by_signal


def grade(folder: Path, data: bytes):
    with (folder / "began").open("a") as file:
        file.write(f"{os.getpid()} {data.decode()!r}\n")
    while b"wait" in data and not (folder / "go").exists():
        time.sleep(0.02)
    return result(score=3)


def main() -> None:
    folder = Path(sys.argv[1])
    engine = make_engine(database_url())
    pool = StandInPool(lambda data: grade(folder, data))
    worker = Worker(engine, pool, slots=int(sys.argv[2]), queues=("cpu",))
    if url := broker_url():
        consume(url, engine, worker)
    else:
        worker.run(_stopped_by_signal())


if __name__ == "__main__":
    main()
