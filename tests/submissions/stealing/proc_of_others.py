"""Climbs through /proc: the roots, working folders, descriptors, maps and memory of every process.

Expect: score<=empty
Expect: shows=processes: ['1']
"""
# %%
import os
processes = [name for name in os.listdir("/proc") if name.isdecimal()]
print("processes:", processes)
for number in [*processes, "self", "2", "3", str(os.getppid())]:
    for name in ("cmdline", "maps", "status", "cwd/", "root/work", "root/root", "fd", "stack", "syscall", "io"):
        try:
            path = f"/proc/{number}/{name}"
            print(path, os.listdir(path) if os.path.isdir(path) else open(path, "rb").read()[:2000])
        except OSError as error:
            print(path, error.strerror)
try:
    open("/proc/2/mem", "rb").read(16)
except OSError as error:
    print(error.strerror)
