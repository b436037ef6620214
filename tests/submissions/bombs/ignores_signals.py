"""A function that blocks and ignores every signal before it loops.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
import signal
def dense(X, W, b):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
