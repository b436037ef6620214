"""Stops, wakes and kills every process it can number, and reads and writes memory through /proc.

Expect: score<=empty
Expect: shows=keeper touched: []
"""
# %%
import ctypes, os, signal
touched = []
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(4, 1, 0, 0, 0)            # dumpable
libc.prctl(0x59616D61, -1, 0, 0, 0)  # anybody may trace
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in [0, -1, *range(2, 3000), os.getppid()]:
    for what in (signal.SIGSTOP, signal.SIGCONT, signal.SIGUSR1) if number > 1 else ():
        try:
            os.kill(number, what)
            touched.append(number)
        except OSError:
            pass
for number in (0, 2, 3, 100, os.getppid()):
    for name in ("mem", "maps", "environ", "root", "cwd", "fd"):
        try:
            place = f"/proc/{number}/{name}"
            os.listdir(place) if name in ("root", "cwd", "fd") else os.open(place, os.O_RDWR)
            touched.append(place)
        except OSError:
            pass
print("keeper touched:", touched)
