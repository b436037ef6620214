"""A cell that forks as fast as it can.

Expect: score=18
"""
# %%
import os
while True:
    os.fork()
