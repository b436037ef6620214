"""A checker ends with the pool that holds it, however the pool ends and whatever the checker does.

The pool holds the other end of the checker's standard input. The kernel tells when nobody does any
more, also while a check runs; PR_SET_PDEATHSIG would tell when the pool's thread ends.
"""

from __future__ import annotations

import os
import select
import threading
import time

_GRACE_SECONDS = 1.0


def end_with_holder(descriptor: int) -> None:
    """From now on, end this process soon after the pipe that it reads has lost its writer."""
    threading.Thread(target=_wait, args=(descriptor,), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    # A checker between two jobs leaves by itself, and tidies up.
    time.sleep(_GRACE_SECONDS)
    os._exit(0)
