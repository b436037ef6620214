"""Leaves children behind in sessions of their own that keep the channel open and write to it.

Expect: score<=empty
"""
# %%
import os, time
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            for descriptor in range(3, 256):
                try:
                    os.write(descriptor, b"\x01\x00\x00\x00\xc3")
                except OSError:
                    pass
            time.sleep(0.05)
