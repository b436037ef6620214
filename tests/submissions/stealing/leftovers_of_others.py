"""Looks in every folder that can be written to for what an earlier submission may have left.

Expect: score<=empty
Expect: shows=leftovers: []
"""
# %%
import os
leftovers = []
for place in ("/tmp", "/home", "/dev/shm", "/dev/mqueue", "/dev/pts", "/var/tmp", "/run", "/heldout"):
    for folder, folders, files in os.walk(place):
        if folder.startswith(("/heldout/site", "/heldout/python", "/heldout/inside")):
            folders.clear()
        else:
            leftovers += [os.path.join(folder, name) for name in files]
print("leftovers:", leftovers)
for name in ("/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem", "/proc/locks", "/proc/net/unix", "/proc/net/tcp"):
    try:
        print(name, open(name).read())
    except OSError as error:
        print(name, error.strerror)
