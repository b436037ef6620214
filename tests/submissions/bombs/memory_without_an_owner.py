"""A function that takes memory which is charged to no process: memfd, System V, shared mappings.

Expect: score=16
Expect: verdict dense=error|failed
"""
# %%
import ctypes, mmap, os
def dense(X, W, b):
    libc = ctypes.CDLL(None)
    kept, got = [], 0
    for _ in range(20):
        try:
            kept.append(os.memfd_create("x"))
            for _ in range(6):
                got += os.write(kept[-1], bytes(10 * 2**20))
        except OSError:
            pass
        got += max(0, libc.shmget(0, 100 * 2**20, 0o1666) + 1)
        for target in (-1, os.open("/dev/zero", os.O_RDWR)):
            try:
                kept.append(mmap.mmap(target, 100 * 2**20))
                got += 1
            except (OSError, ValueError):
                pass
    raise RuntimeError(f"got {got}")
