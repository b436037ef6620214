"""Asks to call back functions that were never given, with odd numbers.

Expect: score<=empty
"""
# %%
import gc, socket, struct, msgspec
def frame(items):
    body = msgspec.msgpack.encode(items)
    return struct.pack("<I", len(body)) + body
def ask(number):
    for channel in [o for o in gc.get_objects() if isinstance(o, socket.socket)]:
        channel.sendall(frame([2, "callback", number, "arguments", b"\x91\x00"]))
def perceptron(x, w, b):
    ask(0)
def dense(X, W, b):
    ask(-1)
def mlp_forward(X, params, activation):
    ask(2**63)
def collapse_linear(params):
    ask("__import__")
def xor_params():
    ask([2, 1, 1])
