"""A function that sends SIGSTOP, SIGTSTP and SIGKILL to itself and its group before it goes on wrongly.

Expect: score=16
Expect: verdict dense=error|failed|timeout
"""
# %%
import os, signal
def dense(X, W, b):
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGKILL):
        os.kill(os.getpid(), number)
        os.kill(0, number) if number != signal.SIGKILL else None
    return None
