"""The checker's own interpreter, as a submission finds it: the same binary, library and modules.

An interpreter of the system lies where the system's files do. Any other (pyenv, uv, conda, /opt,
a build of one's own, whatever environments were made from it) is mounted at a path that tells
nothing of the host, together with the shared libraries that it and its extension modules find here
outside the system's folders. The loader inside looks for them there first: it would otherwise take
the system's library of the same name, and run another Python.
"""

from __future__ import annotations

import errno
import functools
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PYTHON = "/heldout/python"
LIBRARIES = f"{PYTHON}/lib"
_USR = Path("/usr")
_SYSTEM = tuple(f"{root}/{name}/" for root in ("", "/usr") for name in ("lib", "lib32", "lib64"))
_SECONDS = 60.0
# Loads each file and prints by what path the loader found each of them and what it needs.
_LOAD = """
import ctypes, os, sys
for path in sys.argv[1:]:
    try:
        ctypes.CDLL(path, mode=os.RTLD_LAZY)
    except OSError:
        pass
class Found(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("path", ctypes.c_char_p)]
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Found), ctypes.c_size_t, ctypes.c_void_p)
def tell(found, size, data):
    print(os.fsdecode(found.contents.path or b""))
    return 0
ctypes.CDLL(None).dl_iterate_phdr(tell, None)
"""
# Prints the modules of the standard library that cannot be imported.
IMPORT_ALL = """
import contextlib, importlib, io, sys, warnings
missing = []
with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
    warnings.simplefilter("ignore")
    for name in sorted(sys.stdlib_module_names - {"antigravity", "this"}):
        try:
            importlib.import_module(name)
        except BaseException:
            missing.append(name)
print(sys.version.replace("\\n", " "), *missing, sep="|")
"""


def interpreter() -> str:
    """The interpreter's path as seen from inside."""
    folder = "/usr/bin" if _is_the_systems() else f"{PYTHON}/bin"
    return f"{folder}/{_name()}"


def environment() -> dict[str, str]:
    """What the loader inside must be told to find the interpreter's own library."""
    return {"LD_LIBRARY_PATH": LIBRARIES} if libraries() else {}


def arguments() -> Iterator[str]:
    """The arguments of bubblewrap that mount the interpreter."""
    if _is_the_systems():
        return
    base, library = Path(sys.base_prefix), Path(sysconfig.get_path("stdlib"))
    inside = f"{PYTHON}/{library.relative_to(base)}"
    yield from ("--ro-bind", str(base / "bin"), f"{PYTHON}/bin")
    yield from ("--ro-bind", str(library), inside)
    for name, path in libraries().items():
        yield from ("--ro-bind", str(path), f"{LIBRARIES}/{name}")
    if (library / "site-packages").is_dir():
        yield from emptied(f"{inside}/site-packages")


def emptied(path: str) -> tuple[str, ...]:
    """An empty folder in its place, which no submission can fill for the next one."""
    return ("--tmpfs", path, "--remount-ro", path)


@functools.cache
def libraries() -> dict[str, Path]:
    """The shared libraries outside the system's folders that the interpreter needs, by name."""
    if _is_the_systems():
        return {}
    extensions = Path(sysconfig.get_path("stdlib"), "lib-dynload")
    files = map(str, sorted(extensions.glob("*.so")))
    told = _told(_LOAD, *files)
    paths = [Path(line) for line in told.splitlines() if line.startswith("/")]
    return {
        path.name: path
        for path in paths
        if not str(path).startswith(_SYSTEM) and path.parent != extensions
    }


def imports_outside() -> str:
    """The version and the standard modules that are missing here, as `IMPORT_ALL` prints them."""
    return _told(IMPORT_ALL).strip()


def _told(program: str, *words: str) -> str:
    """What the same interpreter prints, without any package; raises OSError where it breaks."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program, *words],
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.SubprocessError as error:
        raise OSError(errno.ENOEXEC, f"the interpreter does not tell of itself: {error}") from None
    return done.stdout


def _is_the_systems() -> bool:
    return Path(sys.base_prefix) == _USR


def _name() -> str:
    """The program's name: a debug or free-threaded build has letters after its version."""
    own = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    if own.parent == Path(os.path.realpath(sys.base_prefix), "bin"):
        return own.name
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
