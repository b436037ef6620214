"""The warm interpreter: it imports once, holds no secret, and forks one child per submission.

Run inside bubblewrap as `python -m heldout_inside.inside_zygote FD MODULE...`. Each request on the
control socket carries the limits and two descriptors: the student's channel and the keeper's. The
zygote forks a keeper; the keeper enters new namespaces, forks the student's process as the first
of its PID namespace, watches its memory, and kills it when the keeper's channel says so or closes.
Waiting for that first process proves the namespace empty: only then does the keeper report.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from . import inside_confine, inside_session, inside_shell, wire
from .inside_confine import Confinement
from .inside_sockets import SocketMemory

_WATCH_SECONDS = 0.05
_CHANNEL = 200
_MB = 2**20
_PAGE = resource.getpagesize()


def main(arguments: list[str]) -> NoReturn:
    """Warm up, say so, then serve requests until the control socket closes.

    It closes when whoever started this has ended, however that was.
    """
    control = socket.socket(fileno=int(arguments[0]))
    inside_confine.prepare_host()
    for module in arguments[1:]:
        importlib.import_module(module)
    shell = inside_shell.warm_shell()
    # Children share these pages: a collection in a child must not write to every one of them.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.send(wire.encode({"python": sys.version}))
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _keep(Confinement(**wire.decode(request)), descriptors, shell)
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(confinement: Confinement, descriptors: list[int], shell: inside_shell.Shell) -> None:
    student, channel = descriptors
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        inside_confine.keep_to_cpus(confinement)
        inside_confine.leave_root(confinement.user)
        inside_confine.enter_namespaces()
        baseline = _unshared("self")
        confined, proof = os.pipe()
        first = os.fork()
        if first == 0:
            _become_the_student(confinement, student, proof, shell)
        os.close(student)
        os.close(proof)
        limit, sockets = confinement.memory_mb * _MB, SocketMemory()
        report = _watch(first, channel, limit, lambda: _held(baseline, limit, sockets.held()))
        if report["reason"] == "exited" and not os.read(confined, 1):
            report["reason"] = "setup"
    except OSError as error:
        report = {"reason": "setup", "detail": str(error), "peak_kb": 0}
    with contextlib.suppress(OSError):
        os.write(channel, wire.encode(report))
    os._exit(0)


def _become_the_student(
    confinement: Confinement, student: int, proof: int, shell: inside_shell.Shell
) -> None:
    try:
        inside_confine.die_with_parent()
        # A signal to its own process group would reach the keeper, whatever the namespaces.
        os.setsid()
        inside_confine.mount_private(confinement)
        os.chdir(inside_confine.HOME)
        sys.path[0] = (
            inside_confine.HOME
        )  # a module that the notebook itself writes can be imported
        inside_confine.give_up_privileges(confinement)
        # This byte alone tells a student's exit, whatever its status, from a failed confinement.
        os.write(proof, b"1")
        channel = _only_descriptor(student)
    except OSError as error:
        os.write(2, f"sandbox: {error}\n".encode())
        os._exit(1)
    inside_session.serve(channel, shell)
    os._exit(0)


def _only_descriptor(student: int) -> socket.socket:
    null = os.open(os.devnull, os.O_RDWR)
    channel = os.dup2(student, _CHANNEL, inheritable=False)
    for standard in range(3):
        os.dup2(null, standard)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != channel:
            with contextlib.suppress(OSError):
                os.close(int(name))
    return socket.socket(fileno=channel)


def _watch(first: int, channel: int, limit: int, held: Callable[[], int]) -> dict[str, object]:
    ended = os.pidfd_open(first)
    peak = 0
    reason = ""
    while True:
        ready, _, _ = select.select([ended, channel], [], [], _WATCH_SECONDS)
        if ended in ready:
            break
        if channel in ready:
            reason = "closed"
            break
        peak = max(peak, held())
        if peak > limit:
            reason = "memory"
            break
    os.kill(first, signal.SIGKILL)
    _, status, usage = os.wait4(first, 0)
    code = os.waitstatus_to_exitcode(status)
    if not reason or (reason == "closed" and code != -signal.SIGKILL):
        reason = "exited"
    return {
        "reason": reason,
        "detail": str(code),
        "peak_kb": max(peak // 1024, usage.ru_maxrss),
    }


def _processes() -> list[str]:
    """The submission's processes: none before its own /proc, which lacks ours, has been mounted."""
    if os.path.exists("/proc/self"):
        return []
    return [name for name in os.listdir("/proc") if name.isdecimal()]


def _held(baseline: int, enough: int, besides: int) -> int:
    """Bytes that the processes hold, `besides` included: private, or shared among them alone.

    The quick count takes pages that forks share once for each; only when it is over `enough` are
    they told apart, which the kernel does slowly.
    """
    processes = _processes()
    quick = besides + sum(map(_unshared, processes)) - baseline
    return quick if quick <= enough else besides + sum(map(_proportional, processes))


def _unshared(process: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        with open(f"/proc/{process}/statm", encoding="ascii") as file:
            _, resident, shared = file.read().split()[:3]
        return (int(resident) - int(shared)) * _PAGE
    return 0


def _proportional(process: str) -> int:
    with contextlib.suppress(OSError):
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file if line.startswith("Pss_Anon:"))
        if "Pss_Anon" in fields:
            return int(fields["Pss_Anon"].split()[0]) * 1024
    return _unshared(process)


if __name__ == "__main__":
    main(sys.argv[1:])
