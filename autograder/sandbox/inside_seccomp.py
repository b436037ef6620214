"""The system-call filter that a submission's process puts on itself before any student code.

A denylist in classic BPF, by hand because libseccomp is not on every host: tracing, mounting,
namespaces, keys, BPF, perf, userfaultfd, io_uring and the older asynchronous I/O, modules, terminal
injection, memory that belongs to no process (System V, memfd, shared without a file, pages given to
a pipe; a file in /dev/shm counts against its quota) and what tells of or changes how others use the
files that all can read (watching them, what of them is in memory) answer EPERM; sockets whose
memory cannot be counted (inside_sockets.py) and exotic ones are refused; a foreign architecture
(and x32) kills the process; clone3 answers ENOSYS so that the C library falls back to clone, whose
flags can be read here.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARG0, _ARG1, _ARG2, _ARG3 = 0, 4, 16, 24, 32, 40
_AND = 0x54
_SHARED_WITHOUT_FILE = 0x01 | 0x20
_NEW_NAMESPACES = 0x7E020000 | 0x80
_TERMINAL_INJECTION = (0x5412, 0x541C)
_LOCAL, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_SOCKET_TYPE, _STREAM, _DATAGRAMS, _SEQUENCED_PACKETS = 0xF, 1, 2, 5
_ANY_PROTOCOL, _TCP, _UDP, _NETLINK_ROUTE = 0, 6, 17, 0
_X32_BIT = 0x40000000

_X86_64 = {
    "arch": 0xC000003E,
    "clone": 56,
    "clone3": 435,
    "ioctl": 16,
    "socket": 41,
    "socketpair": 53,
    "mmap": 9,
    "denied": {
        *(101, 310, 311, 312, 321, 298, 323, 425, 426, 427),  # tracing, bpf, perf, io_uring
        *(165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442),  # mounts, chroot
        *(272, 308, 248, 249, 250, 303, 304, 135),  # namespaces, keys, file handles, personality
        *(175, 176, 313, 246, 320, 169, 167, 168, 163, 179),  # modules, kexec, reboot, swap, quota
        *(164, 227, 305, 159, 153, 154, 172, 173, 180, 103),  # clocks, ports, hangup, ldt, syslog
        203,  # other CPUs than its own
        206,  # asynchronous I/O, whose contexts all accounts of a host share
        *(438, 440, 447, 304, 256, 279, 424, 434),  # other processes: descriptors, memory, pidfds
        *(29, 30, 64, 65, 68, 69, 220, 319),  # System V shared memory, semaphores, queues; memfd
        *(253, 294, 300, 27, 451, 327, 221),  # watching files, what of them is in memory
        278,  # vmsplice: pages that a pipe holds and nobody counts
    },
}
_AARCH64 = {
    "arch": 0xC00000B7,
    "clone": 220,
    "clone3": 435,
    "ioctl": 29,
    "socket": 198,
    "socketpair": 199,
    "mmap": 222,
    "denied": {
        *(117, 270, 271, 272, 280, 241, 282, 425, 426, 427),
        *(40, 39, 41, 51, 428, 429, 430, 431, 432, 433, 442),
        *(97, 268, 217, 218, 219, 264, 265, 92),
        *(105, 106, 273, 104, 294, 142, 224, 225, 89, 60),
        *(170, 112, 266, 171, 58, 116),
        122,
        0,  # io_setup
        *(438, 440, 447, 238, 239, 424, 434),
        *(194, 196, 190, 193, 192, 186, 189, 279),
        *(26, 262, 232, 451, 286, 223),
        75,
    },
}


class SeccompUnavailable(OSError):
    """The kernel or the architecture does not offer the filter."""


def install() -> None:
    """Filter the calling process and everything it starts from now on."""
    machine = {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine())
    if machine is None:
        raise SeccompUnavailable(errno.ENOSYS, f"no filter for {platform.machine()}")
    program = _program(machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in program))
    header = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    set_no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    libc.prctl(set_no_new_privileges, 1, 0, 0, 0)
    if libc.prctl(set_seccomp, filter_mode, ctypes.create_string_buffer(header), 0, 0) != 0:
        raise SeccompUnavailable(ctypes.get_errno(), "the kernel refused the system-call filter")


Step = tuple[int, int, int, int]


def _program(machine: dict) -> list[Step]:
    denied = _ERRNO | errno.EPERM
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCH),
        (_JUMP_EQUAL, 1, 0, machine["arch"]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_GREATER_EQUAL, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL),
        (_JUMP_EQUAL, 0, 1, machine["clone3"]),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number in sorted(machine["denied"]):
        steps += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, denied)]
    steps += [
        (_JUMP_EQUAL, 0, 4, machine["clone"]),
        (_LOAD, 0, 0, _ARG0),
        (_JUMP_SET, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, denied),
        (_RETURN, 0, 0, _ALLOW),
    ]
    steps += [
        (_JUMP_EQUAL, 0, 5, machine["mmap"]),
        (_LOAD, 0, 0, _ARG3),
        (_AND, 0, 0, _SHARED_WITHOUT_FILE),
        (_JUMP_EQUAL, 0, 1, _SHARED_WITHOUT_FILE),
        (_RETURN, 0, 0, denied),
        (_RETURN, 0, 0, _ALLOW),
    ]
    steps += _argument_is(machine["ioctl"], _ARG1, _TERMINAL_INJECTION, then=denied, other=_ALLOW)
    for call in ("socket", "socketpair"):
        body = _sockets()
        steps += [(_JUMP_EQUAL, 0, len(body), machine[call]), *body]
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _sockets() -> list[Step]:
    """Local streams, TCP, UDP and the list of interfaces, and nothing else."""
    refused = _ERRNO | errno.EPROTONOSUPPORT
    local, internet_types = (_STREAM, _SEQUENCED_PACKETS), (_STREAM, _DATAGRAMS)
    # Without a protocol the type chooses it: not every one of them is TCP or UDP.
    internet = [
        *_argument(_ARG1, internet_types, mask=_SOCKET_TYPE, then=None, other=refused),
        *_argument(_ARG2, (_ANY_PROTOCOL, _TCP, _UDP), then=_ALLOW, other=refused),
    ]
    blocks = {
        _LOCAL: _argument(_ARG1, local, mask=_SOCKET_TYPE, then=_ALLOW, other=refused),
        _INET: internet,
        _INET6: internet,
        _NETLINK: _argument(_ARG2, (_NETLINK_ROUTE,), then=_ALLOW, other=refused),
    }
    steps: list[Step] = [(_LOAD, 0, 0, _ARG0)]
    for family, block in blocks.items():
        steps += [(_JUMP_EQUAL, 0, len(block), family), *block]
    return [*steps, (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT)]


def _argument_is(
    number: int, offset: int, values: tuple[int, ...], *, then: int, other: int
) -> list[Step]:
    body = _argument(offset, values, then=then, other=other)
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


def _argument(
    offset: int, values: tuple[int, ...], *, then: int | None, other: int, mask: int | None = None
) -> list[Step]:
    """End with `then` (None: go on) where the argument, masked, is one of the values."""
    body: list[Step] = [(_LOAD, 0, 0, offset)]
    if mask is not None:
        body.append((_AND, 0, 0, mask))
    for place, value in enumerate(values):
        if then is None:
            body.append((_JUMP_EQUAL, len(values) - place, 0, value))
        else:
            body += [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, then)]
    return [*body, (_RETURN, 0, 0, other)]
