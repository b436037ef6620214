"""Announces an answer of many megabytes and sends it byte by byte.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
import gc, socket, struct, time
def dense(X, W, b):
    channel = [found for found in gc.get_objects() if isinstance(found, socket.socket)][0]
    channel.sendall(struct.pack("<I", 16 * 2**20))
    while True:
        channel.sendall(b"\x90")
        time.sleep(0.01)
