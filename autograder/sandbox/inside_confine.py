"""How a submission's process gives up everything before the student's code runs in it.

It starts as a fork of the warm interpreter inside bubblewrap and enters namespaces of its own
(user, PID, mount, IPC, network), gets fresh file systems that vanish with it, drops every
capability, sets its limits and installs the system-call filter. Any step that fails ends the
process: fail closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import socket
import struct
from dataclasses import dataclass

from . import inside_seccomp

HOME = "/home/student"
FILES = "/heldout/files"
NOBODY = 65534
_STUDENT = 1000
_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_NEW_NETWORK = 0x40000000
_SET_INTERFACE_FLAGS, _UP = 0x8914, 1
_NOSUID, _NODEV, _NOEXEC, _BIND, _PRIVATE_RECURSIVE = 2, 4, 8, 0x1000, 0x44000
_SET_DUMPABLE, _SET_DEATH_SIGNAL, _DROP_BOUNDING = 4, 1, 24
_CAPABILITY_VERSION = 0x20080522
_SETUID_SETGID = (1 << 6) | (1 << 7)
_MB = 2**20
# Counts of the whole machine that a process moves and that outlive it: what one run would leave
# for the next to read.
_COUNTERS = (
    *("stat", "vmstat", "diskstats", "interrupts", "softirqs", "schedstat", "zoneinfo"),
    *("buddyinfo", "pagetypeinfo", "slabinfo", "sys/fs/inode-nr", "sys/fs/inode-state"),
    *("sys/fs/dentry-state", "sys/fs/file-nr", "swaps"),
    *("pressure/cpu", "pressure/io", "pressure/irq", "pressure/memory"),
)
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Confinement:
    """The limits of one submission: megabytes of memory and of files, processes, CPU seconds.

    `cpus` are the only ones that it runs on; none means any. `user` is the number that it has on
    the host where the service is root.
    """

    memory_mb: int
    processes: int
    cpu_seconds: int
    disk_mb: int = 64
    files: int = 4096
    cpus: tuple[int, ...] = ()
    user: int = NOBODY


def prepare_host() -> None:
    """Once, in the warm interpreter: see processes, and keep only what leaving root needs."""
    if os.getuid() == 0:
        _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC, "")
        _keep_capabilities(_SETUID_SETGID)


def leave_root(user: int) -> None:
    """Become an unprivileged user of the host, whose processes the kernel counts and limits."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def enter_namespaces() -> None:
    """Enter new user, mount, IPC and network namespaces; the next child starts a PID namespace."""
    user, group = os.getuid(), os.getgid()
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)
    new = _NEW_USER | _NEW_MOUNTS | _NEW_IPC | _NEW_PIDS | _NEW_NETWORK
    _check(_libc.unshare(new), "enter namespaces")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{_STUDENT} {user} 1")
    _write("/proc/self/gid_map", f"{_STUDENT} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anybody:
        loopback = struct.pack("16sh14x", b"lo", _UP)
        fcntl.ioctl(anybody, _SET_INTERFACE_FLAGS, loopback)


def mount_private(confinement: Confinement) -> None:
    """Fresh temporary file systems, data files and processes, by the first of the PID namespace."""
    _check(_libc.mount(None, b"/", None, _PRIVATE_RECURSIVE, None), "make mounts private")
    quota = f"size={confinement.disk_mb}m,nr_inodes={confinement.files},mode=700"
    for place in ("/tmp", HOME, "/dev/shm"):  # noqa: S108 - they are the sandbox's own
        _mount("tmpfs", place, "tmpfs", _NOSUID | _NODEV, quota)
    _mount("tmpfs", "/dev/pts", "tmpfs", _NOSUID | _NODEV | _NOEXEC, "size=4k,nr_inodes=2,mode=500")
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC, "")
    if os.path.isdir("/proc/fs"):  # what the host's own disks have done
        empty = "size=4k,nr_inodes=1,mode=555"
        _mount("tmpfs", "/proc/fs", "tmpfs", _NOSUID | _NODEV | _NOEXEC, empty)
    for name in _COUNTERS:
        if os.path.exists(f"/proc/{name}"):
            _cover(f"/proc/{name}")
    for name in os.listdir(FILES):
        os.symlink(f"{FILES}/{name}", f"{HOME}/{name}")
    # Mapped and shared, /dev/zero is memory that belongs to nobody and that no limit counts.
    _cover("/dev/zero")


def keep_to_cpus(confinement: Confinement) -> None:
    """Leave the other CPUs to whoever runs beside it; the filter keeps this from being undone."""
    if confinement.cpus:
        # A CPU that was taken out of service since is no reason to grade nobody.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, confinement.cpus)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its keeper ends."""
    _libc.prctl(_SET_DEATH_SIGNAL, 9, 0, 0, 0)


def give_up_privileges(confinement: Confinement) -> None:
    """Drop capabilities, set limits, install the filter: nothing of this can be undone."""
    for capability in range(64):
        if _libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0) != 0:
            break
    _keep_capabilities(0)
    address_space = _address_space() + confinement.memory_mb * _MB
    for limit, value in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_NPROC, confinement.processes),
        (resource.RLIMIT_CPU, confinement.cpu_seconds),
        (resource.RLIMIT_FSIZE, confinement.disk_mb * _MB),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # When the host itself runs out of memory, the kernel should look here first.
    _write("/proc/self/oom_score_adj", "1000")
    inside_seccomp.install()


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _keep_capabilities(mask: int) -> None:
    header = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITY_VERSION, 0))
    data = ctypes.create_string_buffer(struct.pack("<6I", mask, mask, 0, 0, 0, 0))
    _check(_libc.capset(header, data), "drop capabilities")


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    words = [word.encode() for word in (source, target, kind)]
    _check(_libc.mount(*words, flags, options.encode()), f"mount {target}")


def _cover(path: str) -> None:
    _check(_libc.mount(b"/dev/null", path.encode(), None, _BIND, None), f"cover {path}")


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"cannot {what}: {os.strerror(code)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
