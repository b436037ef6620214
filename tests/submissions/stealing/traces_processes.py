"""Traces, reads and signals whatever process it can name.

Expect: score<=empty
Expect: shows=traced: []
"""
# %%
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
traced = []
for number in [*range(2, 400), os.getppid()]:
    if libc.ptrace(16, number, 0, 0) == 0:
        traced.append(("attach", number))
    try:
        os.kill(number, 0)
        if number:
            traced.append(("signal", number))
    except OSError:
        pass
for call in (101, 310, 311, 312, 424, 434, 438, 440):
    if libc.syscall(call, 1, 0, 0, 0, 0) > 0:
        traced.append(call)
print("traced:", [each for each in traced if each != ("signal", 1)])
