"""Is what people and programs see the same as before?

`python -m tests.same record FOLDER --data DIR [--checkout DIR]` keeps what a checkout's product
makes of a demo's data folder, which `heldout demo --data DIR --students 14` made once. Where there
is a folder DIR/assignments, the site has those instead of the checkout's. `python -m tests.same
compare BEFORE AFTER` says what differs between two such recordings, and ends with 1.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.same.compare import differences, summary
from tests.same.record import record
from tests.same.service import CannotServe

_HERE = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Record or compare; 1 where two recordings differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.same")
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="Keep what a checkout shows.")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--data", type=Path, default=Path(".demo"), help="A demo's folder.")
    recording.add_argument("--checkout", type=Path, default=_HERE, help="Whose product is served.")
    comparing = commands.add_parser("compare", help="Say what differs between two recordings.")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "record":
        return _record(chosen.folder, chosen.data.resolve(), chosen.checkout.resolve())
    lines = list(differences(chosen.before, chosen.after))
    print(*lines, summary(lines), sep="\n")
    return 1 if lines else 0


def _record(folder: Path, data: Path, checkout: Path) -> int:
    began = time.monotonic()
    # Whoever ends the recording ends the site too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        record(folder, data, checkout)
    except CannotServe as error:
        sys.exit(str(error))
    kept = Counter(path.relative_to(folder).parent.parts[:2] for path in folder.rglob("*.txt"))
    for parts, count in sorted(kept.items()):
        print(f"{'/'.join(parts) or 'in all roles':<24}{count:>6}")
    print(f"recorded in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
