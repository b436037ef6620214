"""Writes frames that claim success to every file descriptor there is.

Expect: score<=empty
"""
# %%
import os, struct, msgspec
def forge(**fields):
    items = [2]
    for key, value in fields.items():
        items += [key, value]
    body = msgspec.msgpack.encode(items)
    return struct.pack("<I", len(body)) + body
frames = b"".join(
    forge(seq=number, value=msgspec.msgpack.encode(1.0), passed=True, score=18, verdict="passed")
    for number in range(200)
)
for descriptor in range(1024):
    try:
        os.write(descriptor, frames)
    except OSError:
        pass
