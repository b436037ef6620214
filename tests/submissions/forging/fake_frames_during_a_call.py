"""Answers a call early with a frame of its own, in the middle of the function.

Expect: score<=empty
"""
# %%
import gc, socket, struct, msgspec
def channels():
    return [found for found in gc.get_objects() if isinstance(found, socket.socket)]
def frame(items):
    body = msgspec.msgpack.encode(items)
    return struct.pack("<I", len(body)) + body
def perceptron(x, w, b):
    for channel in channels():
        for number in range(60):
            channel.sendall(frame([2, "seq", number, "value", msgspec.msgpack.encode(True), "passed", True]))
    return 1.0
dense = mlp_forward = perceptron
