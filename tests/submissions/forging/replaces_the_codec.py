"""Replaces encode and decode of the wire inside.

Expect: score<=empty
"""
# %%
import sys, msgspec
wire = next(module for name, module in sys.modules.items() if name.endswith("inside.wire"))
original = wire.encode
def encode(value, *rest):
    if isinstance(value, dict) and "raised" in value:
        value = {"seq": value["seq"], "value": msgspec.msgpack.encode(0.5), "score": 18}
    return original(value, *rest)
wire.encode = encode
wire.MAX_FRAME = wire.MAX_DEPTH = wire.MAX_ELEMENTS = 10**12
