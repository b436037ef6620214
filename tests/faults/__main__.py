"""`python -m tests.faults`: 140 faults at random points under load, 120 of them with a kill -9.

Its exit status is 1 when an acknowledged upload was lost, doubled or given a wrong score.
"""

from __future__ import annotations

import argparse
import sys

from tests.faults.run import run


def main() -> None:
    """Run, and print what became of every upload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=140)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=1.5, help="seconds between two, on average")
    options = parser.parse_args()
    report = run(options.faults, options.seed, pause=options.pause)
    print(f"harmed: {', '.join(f'{name} {count}' for name, count in report.harms.items())}")
    print(f"uploads acknowledged {report.acknowledged}, refused meanwhile {report.refused}")
    print(f"lost {report.lost}, doubled {report.doubled}, with a wrong score {report.wrong}")
    print(f"attempts taken over by another {report.taken_over}")
    print(f"given up after three faults and retried by staff {report.retried_by_staff}")
    print(f"{report.seconds:.0f} s; {'sound' if report.sound else 'NOT SOUND'}")
    sys.exit(not report.sound)


if __name__ == "__main__":
    main()
