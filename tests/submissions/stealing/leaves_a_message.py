"""Leaves a message for the next submission in files, shared memory, sockets and modules.

Expect: score<=empty
Expect: shows=left
"""
# %%
import os, socket, ctypes, sys, builtins
for place in ("/tmp/message", "/dev/shm/message", "/home/student/message", "/home/message", "/heldout/message",
              "/usr/lib/python3/dist-packages/message.py", f"{sys.prefix}/lib/python3.11/site-packages/message.py"):
    try:
        open(place, "w").write("leftover")
    except OSError:
        pass
ctypes.CDLL(None).shmget(4242, 4096, 0o1666)
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\0leftover")
abstract.listen()
server = socket.create_server(("127.0.0.1", 4242))
builtins.leftover = "message"
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(1000)
print("left")
