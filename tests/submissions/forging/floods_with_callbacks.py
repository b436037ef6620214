"""Sends requests for callbacks without end, so that the answer never comes.

Expect: score<=empty
"""
# %%
import gc, socket, struct, msgspec
def perceptron(x, w, b):
    body = msgspec.msgpack.encode([2, "callback", 0, "arguments", b"\x91\x00"])
    flood = (struct.pack("<I", len(body)) + body) * 1000
    channel = [o for o in gc.get_objects() if isinstance(o, socket.socket)][0]
    while True:
        channel.sendall(flood)
