"""Ways in which one run of a notebook could tell the next something: `leave` and `find` in Python.

`leave(secret)` is called in a run that was told the secret, `find()` in one that was not. Both see
what the cell above them defines. A way works where `find()` returns the secret in the run of
`leave`.
"""

from __future__ import annotations

from textwrap import dedent, indent

# A process that no longer belongs to who started it and minds no signal.
DAEMON = """
def daemon(work):
    import os, signal
    if os.fork():
        return os.wait()
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV):
            signal.signal(number, signal.SIG_IGN)
    work()
    os._exit(0)

def soon(look):
    import time
    for _ in range(40):
        try:
            return look()
        except Exception:
            time.sleep(0.05)
    return None
"""
SERVE = """
import socket, time

def serve(server, secret):
    server.listen()
    while True:
        server.accept()[0].send(str(secret).encode())

def fetch(family, address):
    with socket.socket(family) as client:
        client.connect(address)
        return int(client.recv(20))
"""


def file_in(place: str) -> tuple[str, str, str]:
    """A file with the secret in that folder."""
    path = f"path = {place!r} + '/message'"
    return path, "open(path, 'w').write(str(secret))", "return int(open(path).read())"


# name: (what the cell defines besides, the body of leave(secret), the body of find())
CHANNELS = {
    "a global": ("memory = []", "memory.append(secret)", "return memory[-1]"),
    "a default": ("def f(x, seen=[]): return seen", "f(0).append(secret)", "return f(0)[-1]"),
    "a patched module": (
        "import numpy, sys",
        "sys.modules['numpy'].message = secret",
        "return numpy.message",
    ),
    "a module of its own": (
        "import sys, types",
        "sys.modules['message'] = types.SimpleNamespace(secret=secret)",
        "import message\nreturn message.secret",
    ),
    "builtins": ("import builtins", "builtins.message = secret", "return message"),
    "the environment": (
        "import os",
        "os.environ['M'] = str(secret)",
        "return int(os.environ['M'])",
    ),
    "the state of NumPy's generator": (
        "import numpy as np",
        "np.random.seed(secret)",
        "return SECRET if np.random.get_state()[1][0] == SECRET else None",
    ),
    "a file in /tmp": file_in("/tmp"),
    "a file at home": file_in("/home/student"),
    "a file in /dev/shm": file_in("/dev/shm"),
    "a module in the working directory": (
        "import os, sys\nsys.dont_write_bytecode = True",
        "open('message.py', 'w').write(f'secret = {secret}')",
        "import message\nreturn message.secret",
    ),
    "the working directory": (
        "import os",
        "os.makedirs(f'/tmp/{secret}')\nos.chdir(f'/tmp/{secret}')",
        "return int(os.path.basename(os.getcwd()))",
    ),
    "memory shared through a file": (
        "import mmap, os\nfile = os.open('/dev/shm/m', os.O_RDWR | os.O_CREAT)\n"
        "os.ftruncate(file, 4096)\nshared = mmap.mmap(file, 4096)\nos.unlink('/dev/shm/m')",
        "shared[:20] = str(secret).encode().ljust(20)",
        "return int(shared[:20].decode())",
    ),
    "a pipe": (
        "import os\nends = os.pipe()\nos.set_blocking(ends[0], False)",
        "os.write(ends[1], str(secret).encode())",
        "return int(os.read(ends[0], 20))",
    ),
    "a named pipe": (
        DAEMON + "import os, time\npath = '/tmp/fifo'",
        "os.mkfifo(path)\n"
        "fifo = os.open(path, os.O_RDWR)\n"
        "daemon(lambda: [os.write(fifo, str(secret).encode()), time.sleep(99)])",
        "return soon(lambda: int(os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 20)))",
    ),
    "a descriptor": (
        "import os",
        "ends = os.pipe()\nos.dup2(ends[0], 99)\nos.write(ends[1], str(secret).encode())",
        "return int(os.read(99, 20))",
    ),
    "a unix socket without a file": (
        DAEMON + SERVE,
        "server = socket.socket(socket.AF_UNIX)\nserver.bind('\\0message')\n"
        "daemon(lambda: serve(server, secret))",
        "return soon(lambda: fetch(socket.AF_UNIX, '\\0message'))",
    ),
    "the loopback interface": (
        DAEMON + SERVE,
        "server = socket.create_server(('127.0.0.1', 4242))\ndaemon(lambda: serve(server, secret))",
        "return soon(lambda: fetch(socket.AF_INET, ('127.0.0.1', 4242)))",
    ),
    "a thread": (
        DAEMON + "import threading, time\nheard = []",
        "work = lambda: [heard.append(secret), time.sleep(99)]\n"
        "threading.Thread(target=work, daemon=True).start()",
        "return soon(lambda: heard[-1])",
    ),
    "a daemon's name": (
        DAEMON + "import glob, time",
        "daemon(lambda: open('/proc/self/comm', 'w').write(str(secret)) and time.sleep(99))",
        "return soon(lambda: max(int(t) for p in glob.glob('/proc/[0-9]*/comm')\n"
        "    for t in [open(p).read().strip()] if t.isdecimal()))",
    ),
    "a daemon that writes later": (
        DAEMON + "import time",
        "write = lambda: open('/tmp/late', 'w').write(str(secret))\n"
        "daemon(lambda: [time.sleep(0.2), write(), time.sleep(99)])",
        "return soon(lambda: int(open('/tmp/late').read()))",
    ),
    "an exit code": (
        "import os",
        "if os.fork() == 0: os._exit(secret % 200)",
        "return os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1]) and SECRET",
    ),
    "a pending signal": (
        "import os, signal",
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
        "os.kill(os.getpid(), signal.SIGUSR1)",
        "return SECRET if signal.SIGUSR1 in signal.sigpending() else None",
    ),
    "signals to every process": (
        DAEMON + "import os, signal, time\ngot = []\n"
        "signal.signal(signal.SIGUSR1, lambda *_: got.append(SECRET))",
        "daemon(lambda: [time.sleep(0.2), [os.kill(p, signal.SIGUSR1) for p in (0, 1)]])",
        "return soon(lambda: got[-1])",
    ),
    "a timer": (
        DAEMON + "import signal\nrang = []\n"
        "signal.signal(signal.SIGALRM, lambda *_: rang.append(SECRET))",
        "signal.setitimer(signal.ITIMER_REAL, 0.2)",
        "return soon(lambda: rang[-1])",
    ),
    "the numbers of processes": (
        "import os",
        "for _ in range(150):\n    if os.fork() == 0: os._exit(0)\n    os.wait()",
        "number = os.fork()\nif number == 0: os._exit(0)\nos.wait()\n"
        "return SECRET if number > 140 else None",
    ),
    "a limit": (
        "import resource",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (secret % 100 + 100, 256))",
        "return SECRET if resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 256 else None",
    ),
    "the mask of new files": (
        "import os",
        "os.umask(0o123)",
        "return SECRET if os.umask(0o022) == 0o123 else None",
    ),
    "a lock on a file of the system": (
        DAEMON + "import fcntl, os, time\npath = os.__file__",
        "daemon(lambda: [fcntl.flock(os.open(path, 0), fcntl.LOCK_EX), time.sleep(99)])",
        """
        def look():
            with open(path) as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return SECRET
                raise LookupError
        return soon(look)
        """,
    ),
    "what the network counts": (
        "import socket",
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(500):
                sender.sendto(b"", ("127.0.0.1", 9))
        """,
        """
        counts = [line.split() for line in open("/proc/net/snmp") if line.startswith("Udp:")]
        return SECRET if int(counts[1][counts[0].index("OutDatagrams")]) >= 500 else None
        """,
    ),
    "what happens at the exit": (
        "import atexit",
        "atexit.register(lambda: open('/tmp/exit', 'w').write(str(secret)))",
        "atexit._run_exitfuncs()\nreturn int(open('/tmp/exit').read())",
    ),
    "what happens when an object goes": (
        "class Last:\n    def __del__(self): open('/tmp/gone', 'w').write(str(self.secret))\n"
        "kept = []",
        "last = Last()\nlast.secret = secret\nkept.append(last)\ndel last",
        "kept.clear()\nreturn int(open('/tmp/gone').read())",
    ),
}


def cell_of(name: str, secret: int) -> str:
    """A cell that defines `leave` and `find` for this channel; `SECRET` stands for one bit."""
    setup, leave, find = CHANNELS[name]
    lines = [f"SECRET = {secret}", setup, "def leave(secret):", _body(leave), "def find():"]
    lines += [
        "    try:",
        indent(_body(find), "    "),
        "    except Exception:",
        "        return None",
    ]
    return "\n".join(lines)


def _body(text: str) -> str:
    return indent(dedent(text).strip("\n"), "    ")
