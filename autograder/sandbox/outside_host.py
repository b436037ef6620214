"""What this host offers: whether the sandbox can be built here, and how to mend it if not."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import outside_interpreter
from .inside_confine import NOBODY, Confinement
from .inside_sockets import SocketMemory
from .outside_launch import Sandbox, SandboxError, bubblewrap, is_privileged, own_user
from .outside_mounts import MountError
from .outside_session import Session, SessionEnded

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_USERNS_CLONE = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MAX_USERNS = Path("/proc/sys/user/max_user_namespaces")
_PROBE = """
import ctypes, os, socket
findings = {}
findings["network"] = len(socket.if_nameindex()) <= 1
findings["processes"] = os.getpid() == 1
try:
    open("/etc/hostname").close()
    findings["files"] = False
except OSError:
    findings["files"] = True
findings["environment"] = not any(name.startswith("HELDOUT") for name in os.environ)
libc = ctypes.CDLL(None, use_errno=True)
findings["system calls"] = libc.unshare(0x10000000) != 0 and libc.ptrace(0, 0, 0, 0) != 0
with open("/proc/self/status") as status:
    lines = dict(line.split(":", 1) for line in status if ":" in line)
findings["capabilities"] = int(lines["CapEff"], 16) == 0 and lines["NoNewPrivs"].strip() == "1"
" ".join(name for name, holds in findings.items() if not holds) or "all hold"
"""


@dataclass(frozen=True)
class Layer:
    """One thing that keeps student code in, whether this host gives it, and what to do if not."""

    name: str
    holds: bool
    detail: str
    essential: bool = True


def examine() -> list[Layer]:
    """Look at the host and try a real sandbox; the first layer that fails says how to mend it."""
    layers = preflight()
    return [*layers, *_try_sandbox()] if all(layer.holds for layer in layers) else layers


def preflight() -> list[Layer]:
    """What can be known within milliseconds: the system, bubblewrap, and whether it may start."""
    if platform.system() != "Linux":
        detail = f"grading needs Linux namespaces, this is {platform.system()}: use a Linux machine"
        return [Layer("Linux", False, detail)]
    layers = [Layer("Linux", True, platform.release())]
    try:
        layers.append(Layer("bubblewrap", True, bubblewrap()))
    except SandboxError as error:
        return [*layers, Layer("bubblewrap", False, str(error))]
    complaint = _try_bubblewrap()
    detail = f"{complaint}. {_advice()}" if complaint else "bubblewrap may build them"
    return [*layers, Layer("namespaces", not complaint, detail)]


def _try_bubblewrap() -> str:
    words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/"]
    words += [] if is_privileged() else ["--unshare-user"]
    tried = subprocess.run(
        [bubblewrap(), *words, "/bin/true"], capture_output=True, text=True, check=False, env={}
    )
    return "" if tried.returncode == 0 else tried.stderr.strip().replace("\n", " ") or "no answer"


def _try_sandbox() -> list[Layer]:
    try:
        with Sandbox(()) as sandbox:
            sandbox.wait_until_ready()
            session = Session(sandbox, Confinement(memory_mb=256, processes=8, cpu_seconds=20))
            reply = session.run_cell(_PROBE, 1, seconds=20, limit=2000)
            imports = session.run_cell(outside_interpreter.IMPORT_ALL, 2, seconds=60, limit=9000)
            session.close()
        here = outside_interpreter.imports_outside()
    except (SandboxError, MountError, SessionEnded, OSError) as error:
        return [Layer("sandbox", False, f"{error}. {_advice()}".strip())]
    found = reply.outputs[-1][2].strip("'") if reply.outputs else "nothing answered"
    manner = "as root, submissions as an unprivileged user" if is_privileged() else "as this user"
    layers = [Layer("sandbox", True, f"built {manner}"), _users(), _sockets()]
    detail = "no network, host files, secrets, privileges or forbidden system calls inside"
    if found != "all hold":
        detail = f"does not hold inside: {found}"
    layers.append(Layer("confinement", found == "all hold", detail))
    printed = "".join(output[2] for output in imports.outputs).strip()
    return [*layers, _interpreter(printed, here)]


def _users() -> Layer:
    """Whether each slot has a user of its own on the host."""
    if own_user() != NOBODY:
        return Layer("users", True, "each sandbox has a user of its own on this host")
    detail = "all submissions are one user of this host and share its limits (run as root to mend)"
    return Layer("users", False, detail, essential=False)


def _sockets() -> Layer:
    """Whether the kernel tells how much memory sockets hold."""
    try:
        told = SocketMemory().complete
    except OSError:
        told = False
    if told:
        return Layer("sockets", True, "the kernel tells what lies in sockets, and it counts")
    detail = "this kernel does not tell what lies in sockets (modules unix_diag, inet_diag)"
    return Layer("sockets", False, detail, essential=False)


def _interpreter(inside: str, outside: str) -> Layer:
    """Whether the interpreter inside is this one, and can import what this one can."""
    version, *missing = inside.split("|")
    here, *missing_here = outside.split("|")
    if version != here:
        detail = f"submissions meet {version or 'nothing'}, the checker runs {here}"
        return Layer("interpreter", False, detail)
    if lost := sorted({*missing} - {*missing_here}):
        detail = f"{version.split()[0]}, but inside these cannot be imported: {', '.join(lost)}"
        return Layer("interpreter", False, detail)
    detail = f"Python {version.split()[0]} inside and outside, with the same standard library"
    return Layer("interpreter", True, detail)


def _advice() -> str:
    if _setting(_USERNS_CLONE) == "0":
        return "User namespaces are off: `sysctl kernel.unprivileged_userns_clone=1`"
    if _setting(_MAX_USERNS) == "0":
        return "User namespaces are off: `sysctl user.max_user_namespaces=10000`"
    if _setting(_APPARMOR) == "1":
        return (
            "AppArmor restricts user namespaces: "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or a profile for bwrap"
        )
    return "In a container, allow user namespaces, or grade on the host"


def _setting(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
