"""Imported by every interpreter of a worker whose clock is wrong: sleeping, made right.

libfaketime (0.9.10) reads the monotonic deadline that `time.sleep` gives to clock_nanosleep as a
time of day, and the call fails with EINVAL. Waiting for an event leaves that function alone.
"""

import threading
import time


def sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


time.sleep = sleep
