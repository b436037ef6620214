"""A function whose children together take more memory than one submission may.

Expect: score=16
Expect: verdict dense=memory|timeout
"""
# %%
import os, time
def dense(X, W, b):
    for _ in range(8):
        if os.fork() == 0:
            hoard = bytearray(os.urandom(2**20)) * 200
            time.sleep(60)
    time.sleep(60)
