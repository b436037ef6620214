"""How a term's work grows the database: `python -m tests.bench.growth --students N --attempts N`.

Each assignment's solved notebook is run and graded once, for a real result. Then a few students
hand in their own of it, as a browser sends it after a run: with the outputs that the run showed.
What the file of the database grows by for each attempt is the term's, times all of them.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import Assignment, list_assignments
from autograder.grading import GradingPool
from autograder.results import GradeResult
from autograder.submitted.notebook import parse_notebook
from webapp import migrations
from webapp.base.database import make_engine
from webapp.grading import results
from webapp.models import Content, Course, CourseAssignment, User
from webapp.queue import jobs
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive

MB = 2**20
# A figure as matplotlib draws it: 640 times 480 points take about this much.
_FIGURE = base64.b64encode(bytes(range(256)) * 80).decode()
_FIGURES_IN_A_NOTEBOOK = 6


@dataclass(frozen=True)
class Growth:
    """Bytes of one attempt at an assignment: as it was sent, as it is kept, and all together."""

    assignment: str
    sent: int
    kept: int
    database: int


def main() -> None:
    """Measure every assignment and print the term."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--attempts", type=int, default=3)
    parser.add_argument("--measured", type=int, default=60, help="attempts that are written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, GradingPool(workers=1, seed=b"growth") as pool:
        found = [
            _measure(Path(folder), each, pool, options.measured) for each in list_assignments()
        ]
    print("| assignment | a file as sent | as kept | the database |")
    print("|---|---|---|---|")
    for each in found:
        shown = [f"{size / 1024:.0f} KB" for size in (each.sent, each.kept, each.database)]
        print(f"| {each.assignment} | {' | '.join(shown)} |")
    times = options.students * options.attempts
    for what in ("sent", "kept", "database"):
        total = times * sum(getattr(each, what) for each in found)
        print(f"{what}, {options.students} students, {options.attempts} attempts each:", end=" ")
        print(f"{total / MB:,.0f} MB")


def _measure(folder: Path, assignment: Assignment, pool: GradingPool, count: int) -> Growth:
    solved = json.loads(assignment.notebook_path.read_text())
    graded = pool.grade(assignment, _file(solved, 0), submission="1", on_progress=None)
    engine = make_engine(f"sqlite:///{folder / assignment.id}.sqlite")
    migrations.upgrade(engine)
    with Session(engine) as session:
        item = _course(session, assignment, count)
        _write(session, item, solved, graded, numbers=range(10))
        before = _bytes(session)
        sent = _write(session, item, solved, graded, numbers=range(10, count))
        grown = _bytes(session) - before
        kept = session.scalar(sa.select(sa.func.avg(Content.size))) or 0
    engine.dispose()
    return Growth(assignment.id, sent, int(kept), grown // (count - 10))


def _course(session: Session, assignment: Assignment, students: int) -> CourseAssignment:
    item = CourseAssignment(assignment=assignment.id, title=assignment.title, points=10)
    session.add(Course(slug="dl", title="Deep Learning", assignments=[item]))
    session.add_all(
        User(email=f"{n}@growth.example", name=f"Student {n}", password="")
        for n in range(1, students + 1)
    )
    session.commit()
    return item


def _write(
    session: Session,
    item: CourseAssignment,
    solved: dict[str, Any],
    graded: GradeResult,
    *,
    numbers: range,
) -> int:
    """Hand in and write results down for these students; the mean size of a file as sent."""
    sizes = []
    for number in numbers:
        data = _file(solved, number)
        sizes.append(len(data))
        upload = Upload("work.ipynb", data, hashlib.sha256(data).hexdigest())
        digest = parse_notebook(data).digest
        receive(session, item, user_id=number + 1, upload=upload, digest=digest)
        claim = jobs.claim(session, "growth")
        assert claim is not None
        assert results.write_result(session, claim, graded)
    return sum(sizes) // len(sizes)


def _file(solved: dict[str, Any], number: int) -> bytes:
    """A student's own, saved after a run: every code cell has an output, some a figure."""
    cells = json.loads(json.dumps(solved["cells"]))
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for place, cell in enumerate(code):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "0.5\n" * 20}]
        if place < _FIGURES_IN_A_NOTEBOOK:
            shown = {"image/png": _FIGURE}
            cell["outputs"].append({"output_type": "display_data", "data": shown, "metadata": {}})
    code[0]["source"] = [*code[0]["source"], f"\n# by student {number}\n"]
    return json.dumps({**solved, "cells": cells}).encode()


def _bytes(session: Session) -> int:
    """What the database's pages in use take."""
    session.commit()
    pages, free, size = (
        session.scalar(sa.text(f"PRAGMA {name}")) or 0
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


if __name__ == "__main__":
    main()
