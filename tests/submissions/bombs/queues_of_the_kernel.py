"""Fills what the kernel keeps for an account: pipes, descriptors in flight, timers, signals, watches.

Expect: score=18
Expect: shows=contexts 0
"""
# %%
import array, ctypes, fcntl, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
kept, contexts = [], 0
def as_often_as_possible(what, most=2000):
    for number in range(most):
        try:
            if what() is False:
                return number
        except OSError:
            return number
def pipe():
    reader, writer = os.pipe()
    kept.append(writer)
    fcntl.fcntl(writer, 1031, 2**20)
    os.set_blocking(writer, False)
    os.write(writer, bytes(2**20))
def in_flight():
    left, right = socket.socketpair()
    left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 200))])
    kept.append(right)
def timer():
    place = ctypes.c_void_p()
    return libc.timer_create(0, None, ctypes.byref(place)) == 0
def asynchronous():
    global contexts
    context = ctypes.c_ulong()
    done = libc.syscall(206, 20_000, ctypes.byref(context)) == 0
    contexts += done
    return done
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 60))
as_often_as_possible(asynchronous)
as_often_as_possible(timer)
as_often_as_possible(pipe, 40)
as_often_as_possible(in_flight)
as_often_as_possible(lambda: libc.inotify_init1(0) >= 0)
as_often_as_possible(lambda: libc.sigqueue(os.getpid(), 40, 0) == 0, 20_000)
print("contexts", contexts)
