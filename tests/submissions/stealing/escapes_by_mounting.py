"""Makes namespaces, mounts, and changes its root to see more.

Expect: score<=empty
Expect: shows=escapes: []
"""
# %%
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
escapes = []
for flags in (0x00020000, 0x10000000, 0x20000000, 0x40000000, 0x08000000, 0x02000000, 0x10020000):
    if libc.unshare(flags) == 0:
        escapes.append(("unshare", flags))
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    escapes.append("mount")
if libc.umount2(b"/tmp", 2) == 0:
    escapes.append("umount")
if libc.syscall(56, 0x10000011, 0, 0, 0, 0) > 0:
    escapes.append("clone")
for call in (155, 161, 308, 304, 428, 429, 430, 432, 442):
    if libc.syscall(call, 0, 0, 0, 0, 0) >= 0:
        escapes.append(call)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/uid_map", "/sys/kernel/uevent_helper"):
    try:
        os.write(os.open(path, os.O_WRONLY), b"0 0 1")
        escapes.append(path)
    except OSError:
        pass
print("escapes:", escapes)
