"""How long comparing a class takes: `python -m tests.bench.similarity [--students N] [--name ID]`.

The notebooks are the demo's: the solved source, the release and entries of the bank, in which many
students share the same entry, so that there are more pairs than in a class that works by itself.
"""

from __future__ import annotations

import argparse
import time

from autograder.assignment import find_assignment
from autograder.nbgrader.release import release_notebook
from autograder.similarity import Document, compare
from autograder.submitted.notebook import parse_notebook
from webapp.demo.samples import attempts, materials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--name", default="a02_losses")
    chosen = parser.parse_args()
    assignment = find_assignment(chosen.name)
    found = materials(assignment)
    release = parse_notebook(release_notebook(assignment))
    files = [
        (student, data)
        for student in range(chosen.students)
        for data in attempts(found, student)[-1:]
    ]
    began = time.perf_counter()
    documents = (Document(student, student, parse_notebook(data)) for student, data in files)
    pairs = compare(documents, [release]).pairs
    print(f"{len(files)} notebooks, {len(pairs)} pairs: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
