"""A function that forks as fast as it can.

Expect: score=16
Expect: verdict dense=error|timeout
"""
# %%
import os
def dense(X, W, b):
    while True:
        os.fork()
